/**
 * The smallest sample such that `percent` of all samples are no greater: the nearest-rank method. Undefined when there is no
 * sample. With fewer than 20 samples the 95th percentile is the greatest one.
 */
export function nearestRank(samples: readonly number[], percent: number): number | undefined {
  const rank = Math.ceil((percent * samples.length) / 100);
  return samples.toSorted((a, b) => a - b)[Math.max(rank, 1) - 1];
}
