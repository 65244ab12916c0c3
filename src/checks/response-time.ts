import { nearestRank } from '../model/percentile.js';
import { Fault, finding, type Check } from './check.js';
import type { ResponseTimeSettings } from './settings.js';
import { showStatus } from './show.js';

const SAMPLES = 20;
/** The 95th percentile of twenty is the second slowest: with two that are too slow the verdict is known. */
const TOO_MANY = 2;
/** Milliseconds that no answer may reach, however quick the others are. */
const MAX = 10_000;

/**
 * Check 8: 95 of 100 answers come in time. One request warms up, twenty are measured one after the other, from the request
 * to the end of the body, so that name, TCP and TLS do not count. It ends as soon as the verdict is known.
 */
export function responseTime({ path, limit }: ResponseTimeSettings, base: URL): Check {
  const question = { url: new URL(path, base) };
  return async (probe) => {
    const first = await probe.once(question);
    const cold = first instanceof Fault ? first.says : ms(first.connecting + first.duration);
    const times: number[] = [];
    while (times.length < SAMPLES) {
      const answer = await probe.ask(question);
      times.push(answer.duration);
      if (answer.status >= 300)
        return finding([`${showStatus(answer)} at sample ${String(times.length)}`], '');
      const wrong = tooSlow(times, limit);
      if (wrong !== undefined) return finding([`${wrong}; the first with its connection ${cold}`], '');
    }
    const [p95, longest] = [ms(nearestRank(times, 95) ?? Infinity), ms(Math.max(...times))];
    const said = `95th percentile ${p95}, longest ${longest} of ${String(SAMPLES)}`;
    return finding([], `${said}; the first with its connection ${cold}`);
  };
}

/** Why the samples so far are enough to fail; undefined when they are not. */
function tooSlow(times: readonly number[], limit: number): string | undefined {
  const slow = times.filter((time) => time >= limit).length;
  const longest = Math.max(...times);
  const passed = slow >= TOO_MANY ? limit : longest >= MAX ? MAX : undefined;
  if (passed === undefined) return undefined;
  const early = times.length < SAMPLES ? ', so that no more were taken' : '';
  return `longest ${ms(longest)}, ${String(slow)} of ${String(times.length)} samples too slow${early}; the limit is ${ms(passed)}`;
}

function ms(duration: number): string {
  return `${String(Math.round(duration))} ms`;
}
