/**
 * Milliseconds from its start after which a wait that sent so many requests has sent one a second and no more, beside
 * those that may come at once: until then it asks nothing that can wait.
 */
export function paidAfter(requests: number, atOnce: number): number {
  return (requests - atOnce) * 1_000;
}
