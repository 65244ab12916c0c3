/** A line inside of a key (RFC 7468, section 2; RFC 1421, section 4.4, for the headers of encrypted ones). */
const KEY_LINE = /^(?:[A-Za-z\d+/=]{0,100}|(?:Proc-Type|DEK-Info): .*)$/;

/**
 * Tells of each of the lines that it is shown in turn whether it is the inside of a key that was printed as several: of
 * that nothing may be left, not even a line too short to be known by its shape.
 */
export function insideOfKeys(): (line: string) => boolean {
  let open = false;
  return (line) => {
    if (open && KEY_LINE.test(line.trim())) return true;
    const [begin, end] = ['-----BEGIN ', '-----END '].map((mark) => line.lastIndexOf(mark));
    open = (begin ?? -1) > (end ?? -1);
    return false;
  };
}
