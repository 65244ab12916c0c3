import type { JsonPath } from '../model/json-path.js';
import type { CheckName } from './check.js';

/*
 * What the smoke suite asks and expects, with every default filled in: the input, else the file, else what is built in.
 * Paths start with one slash and are relative to the base URL's origin.
 */

/** A text that has to be equal, or a pattern that it has to fit. */
export type Wanted = string | RegExp;

export interface VersionSettings {
  readonly path: string;
  /** Where the commit is. */
  readonly field: JsonPath;
}

/** Of the health and database checks. */
export interface ReadinessSettings {
  readonly path: string;
  readonly status: readonly number[];
  /** Where the answer says how it is. */
  readonly field: JsonPath;
  /** Whether an answer without that field fails. */
  readonly required: boolean;
  /** What is well, in lower case; the JSON value `true` is written `true`. */
  readonly values: readonly string[];
  /** Absent: any. */
  readonly contentType: Wanted | undefined;
}

export interface HttpsSettings {
  /** Asked for the version path. */
  readonly path: string;
  /** What is asked in plain HTTP; absent: where that would be is not known. */
  readonly httpUrl: URL | undefined;
  /** Days that the certificate has to be good for. */
  readonly minDays: number;
}

export interface AuthSettings {
  /** Absent: the check is skipped. */
  readonly path: string | undefined;
  /** How a request without credentials may be answered. */
  readonly status: readonly number[];
  /** A bearer token that opens the path; secret. Absent: that is not tried. */
  readonly token: string | undefined;
  /** Names of JSON fields that the answer may have beside those of an error. */
  readonly fields: readonly string[];
}

export interface CorsSettings {
  readonly path: string;
  /** An allowed origin; absent: only hostile ones are tried. */
  readonly origin: string | undefined;
  /** Whether every page may read the answers. */
  readonly open: boolean;
  /** The method that a page of the allowed origin wants to use. */
  readonly method: string;
  /** The headers that it wants to send. */
  readonly headers: readonly string[];
}

export interface SecurityHeadersSettings {
  /** The path that answers 200. */
  readonly path: string;
  /** A path that answers 401 or 403, when there is one. */
  readonly protectedPath: string | undefined;
  /** Seconds. */
  readonly hstsMinAge: number;
  /** Names of headers, in lower case, that may be absent, or there though they tell what the service is made of. */
  readonly optional: readonly string[];
}

export interface ResponseTimeSettings {
  readonly path: string;
  /** Milliseconds that 95 of 100 answers have to stay below. */
  readonly limit: number;
}

export interface ErrorFormatSettings {
  /** The path below which nothing is, which is asked for what does not exist. */
  readonly path: string;
  /** A path that answers GET, which is asked with another method. */
  readonly readOnlyPath: string;
  /** Names of JSON fields that an error may have beside the usual ones. */
  readonly fields: readonly string[];
}

export interface RootSettings {
  readonly path: string;
  readonly status: readonly number[];
}

/** What a value in a JSON answer has to be. */
export type JsonExpectation =
  | { readonly kind: 'equals'; readonly value: string | number | boolean | null }
  | { readonly kind: 'range'; readonly min: number | undefined; readonly max: number | undefined }
  | { readonly kind: 'matches'; readonly pattern: RegExp }
  | { readonly kind: 'exists'; readonly exists: boolean };

/** A check of the user's own. */
export interface CustomCheck {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  /** Values may be secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly status: readonly number[];
  readonly json: readonly { readonly path: JsonPath; readonly expectation: JsonExpectation }[];
  /** By name in lower case. */
  readonly header: Readonly<Record<string, Wanted>>;
  /** A text that the body has to contain, or a pattern that it has to fit. */
  readonly bodyWanted: Wanted | undefined;
  /** Milliseconds; absent: any time. */
  readonly under: number | undefined;
}

/** The settings of all ten checks and the user's own. */
export interface SmokeSettings {
  readonly version: VersionSettings;
  readonly health: ReadinessSettings;
  readonly database: ReadinessSettings;
  readonly https: HttpsSettings;
  readonly auth: AuthSettings;
  readonly cors: CorsSettings;
  readonly 'security-headers': SecurityHeadersSettings;
  readonly 'response-time': ResponseTimeSettings;
  readonly 'error-format': ErrorFormatSettings;
  readonly root: RootSettings;
  readonly custom: readonly CustomCheck[];
  /** Why a check is left out, by its name. */
  readonly skips: ReadonlyMap<string, string>;
}

/** What decides on a check: inputs by their names, settings of the file as `check.name`. */
export const SETTINGS: Readonly<Record<CheckName, string>> = {
  version: 'version-path, expected-sha, version.field, smoke-timeout',
  health: 'health-path, health.status, health.field, health.values, smoke-timeout',
  database: 'ready-path, database.field, database.values, smoke-timeout',
  https: 'http-url, https.min-days',
  auth: 'protected-path, auth.status, auth.fields',
  cors: 'cors-origin, cors.path, cors.open, cors.method, cors.headers',
  'security-headers': 'security-headers.path, security-headers.optional, security-headers.hsts-min-age',
  'response-time': 'max-response-time, response-time.path',
  'error-format': 'error-format.path, error-format.read-only-path, error-format.fields',
  root: 'root-path, root.status',
};
