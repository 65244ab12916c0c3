import { afterAll, describe, expect, it } from '@jest/globals';
import { cutRelease, inSandbox, RELEASE_CUTS } from './cut-off.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';

/* Releases that the runner cancels, one after the other: the time until the undo is asked for is measured. */

const LIMIT = 120_000;
/** The runner sends SIGTERM so many milliseconds after SIGINT (actions/runner, ProcessInvoker.cs). */
const SIGTERM = 7_500;
/** Runs in every `npm test`. */
const ALWAYS = 'while tasks start';

const delays: { readonly at: string; readonly ms: number }[] = [];

afterAll(() => {
  if (delays.length === 0) return;
  const sorted = delays.map(({ ms }) => ms).sort((one, other) => one - other);
  const figure = (part: number): string =>
    `${String(Math.round(sorted[Math.floor(part * (sorted.length - 1))] ?? 0))} ms`;
  const each = delays.map(({ at, ms }) => `${at} ${String(Math.round(ms))} ms`).join(', ');
  process.stdout.write(
    `SIGINT to the call that asks for the undo: min ${figure(0)}, median ${figure(0.5)}, max ${figure(1)} (${each})\n`,
  );
});

describe('a release that the runner cancels', () => {
  for (const cut of RELEASE_CUTS) {
    const sentence = `is back on the revision before, or was proven already, when that is ${cut.at}`;
    if (!EVERY && cut.at !== ALWAYS) it.skip(`${sentence} (${WHY_SKIPPED})`, () => undefined);
    else {
      it(
        sentence,
        async () => {
          const ms = await inSandbox((sandbox) => cutRelease(sandbox, 'cancel', cut));
          if (ms === undefined) return;
          delays.push({ at: cut.at, ms });
          expect(ms).toBeLessThanOrEqual(SIGTERM);
        },
        LIMIT,
      );
    }
  }
});
