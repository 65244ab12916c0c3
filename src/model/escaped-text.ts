/** Text in which the line breaks and tabs of JSON strings (RFC 8259, section 7) are real ones: a word begins after them. */
export function withBreaks(text: string): string {
  return text.replace(/\\[nrt]/g, '\n');
}
