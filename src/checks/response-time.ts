import { nearestRank } from '../model/percentile.js';
import { Fault, finding, type Check } from './check.js';
import type { ResponseTimeSettings } from './settings.js';
import { showStatus } from './show.js';

const SAMPLES = 20;
/** Milliseconds that no answer may reach, however quick the others are. */
const MAX = 10_000;

/**
 * Check 8: 95 of 100 answers come in time. One request warms up, twenty are measured one after the other, from the request
 * to the end of the body, so that name, TCP and TLS do not count. With twenty samples the 95th percentile is the second
 * slowest.
 */
export function responseTime({ path, limit }: ResponseTimeSettings, base: URL): Check {
  const question = { url: new URL(path, base) };
  return async (probe) => {
    const first = await probe.once(question);
    const times: number[] = [];
    for (let sample = 1; sample <= SAMPLES; sample++) {
      const answer = await probe.ask(question);
      if (answer.status >= 400) return finding([`${showStatus(answer)} at sample ${String(sample)}`], '');
      times.push(answer.duration);
    }
    const [p95, longest] = [nearestRank(times, 95) ?? Infinity, Math.max(...times)];
    const cold = first instanceof Fault ? first.says : ms(first.connecting + first.duration);
    const said = `95th percentile ${ms(p95)}, longest ${ms(longest)} of ${String(SAMPLES)}; the first with its connection ${cold}`;
    const passed = p95 >= limit ? limit : longest >= MAX ? MAX : undefined;
    return finding(passed === undefined ? [] : [`${said}; the limit is ${ms(passed)}`], said);
  };
}

function ms(duration: number): string {
  return `${String(Math.round(duration))} ms`;
}
