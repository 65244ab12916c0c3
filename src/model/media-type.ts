import { QUOTED_STRING, TOKEN } from './header-value.js';

/** A `media-type` with its parameters, which may be empty (RFC 9110, sections 5.6.6 and 8.3.1). */
const MEDIA_TYPE = new RegExp(
  `^(${TOKEN}/${TOKEN})[ \\t]*(?:;[ \\t]*(?:${TOKEN}=(?:${TOKEN}|${QUOTED_STRING})[ \\t]*)?)*$`,
);

/** Type and subtype in lower case; undefined when there is none, when it is malformed, or when lines differ (RFC 9110, section 8.3). */
export function mediaType(values: readonly string[]): string | undefined {
  const [type, ...others] = new Set(values.map((value) => MEDIA_TYPE.exec(value)?.[1]?.toLowerCase()));
  return others.length > 0 ? undefined : type;
}

/** Whether a type is JSON (RFC 8259, section 11) or has its suffix (RFC 6839, section 3.1), such as RFC 9457's problem details. */
export function isJson(type: string | undefined): boolean {
  return type !== undefined && (type === 'application/json' || /^[^/]+\/[^/]+\+json$/.test(type));
}
