import type { Cloud } from '../cloud.js';

/** Appends a line to a stream, which is made when missing; nothing is written when the group is missing. */
export function writeLog(_cloud: Cloud, _group: string, _stream: string, _message: string): void {
  throw new Error('not built yet');
}
