/** Characters at the end of a line that was cut which are dropped, where no white space is: half a secret may lie there. */
const EDGE = 4 * 1_024;

/** At most so many characters of a line. Of a longer one the end is dropped up to white space that is between no digits. */
export function boundedLine(line: string, most: number): string {
  if (line.length <= most) return line;
  const sure = line.slice(0, most - EDGE);
  const edge = line.slice(most - EDGE, most);
  const space = edge.search(/\s\S*$/);
  return (space < 0 ? sure : sure + edge.slice(0, space)).replace(/[\d\s()+./-]{1,64}$/, '');
}
