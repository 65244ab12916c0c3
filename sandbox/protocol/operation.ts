import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';

/**
 * One API operation: reads or changes the cloud and answers, or throws an `AwsError`. It sees neither HTTP
 * nor the wire format. The caller is its access key id; empty for a request that is not signed.
 */
export type Operation = (
  cloud: Cloud,
  input: JsonObject,
  caller?: string,
) => JsonObject | Promise<JsonObject>;

/** A service's operations by the name that its API reference gives. */
export type Operations = Readonly<Record<string, Operation>>;

/** A request as it arrived, without a transport. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
