/** So many requests of a wait may come at once. */
const AT_ONCE = 12;

/**
 * Milliseconds from its start after which a wait that sent so many requests has sent one a second and no more, beside
 * those that may come at once: until then it has nothing to ask.
 */
export function paidAfter(requests: number, atOnce = AT_ONCE): number {
  return (requests - atOnce) * 1_000;
}
