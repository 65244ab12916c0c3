import { expect } from 'expect';
import { bind } from 'jest-each';

/*
 * What tests import from `@jest/globals`, for a process that loads a test file once and runs single tests of it as often
 * as there are mutants. The package `expect` is Jest's own.
 */

/** The suite that is being described. */
let here;

/** Milliseconds that a test may take at least before it counts as hanging. */
const PATIENCE = 3_000;
const LONGEST = 60_000;

/** Runs the body of a test file, and gives its tests in the order in which they are written. Ids are the same in each run. */
export async function testsOf(file, body) {
  const suite = { name: file, hooks: hooks(), tests: [] };
  here = suite;
  await body();
  return suite.tests.map((test, index) => ({ ...test, file, id: `${String(index)} ${test.name}` }));
}

function hooks(parent) {
  return { parent, beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] };
}

function describe(name, body) {
  const outer = here;
  here = { name: `${outer.name} > ${name}`, hooks: hooks(outer.hooks), tests: outer.tests };
  body();
  here = outer;
}

function it(name, body) {
  here.tests.push({ name: `${here.name} > ${name}`, body, hooks: here.hooks });
}

const hook = (kind) => (body) => void here.hooks[kind].push(body);
const [beforeAll, beforeEach, afterEach, afterAll] = ['beforeAll', 'beforeEach', 'afterEach', 'afterAll'].map(
  hook,
);

describe.each = bind(describe, false);
it.each = bind(it);

export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it };

/** Runs one test, with what has to be there before it; `begun` collects the suites that have to be ended. */
export async function runTest(test, begun, usual) {
  const suites = lineOf(test.hooks);
  await within(Math.min(PATIENCE + 10 * usual, LONGEST), async () => {
    for (const suite of suites.filter((one) => !begun.has(one))) {
      begun.add(suite);
      for (const body of suite.beforeAll) await body();
    }
    try {
      for (const { beforeEach } of suites) for (const body of beforeEach) await body();
      await test.body();
    } finally {
      for (const { afterEach } of suites.toReversed()) for (const body of afterEach) await body();
    }
  });
}

/** Ends the suites that tests have begun. */
export async function endSuites(begun) {
  for (const { afterAll } of [...begun].reverse())
    for (const body of afterAll) await within(PATIENCE, () => Promise.resolve(body())).catch(() => undefined);
}

function lineOf(suite) {
  return suite === undefined ? [] : [...lineOf(suite.parent), suite];
}

/** Thrown for a test that does not end. */
export class Hangs extends Error {}

async function within(ms, work) {
  const start = costSoFar();
  let timer;
  const late = new Promise((_, reject) => {
    timer = setInterval(() => {
      if (costSoFar() - start > ms) reject(new Hangs(`It has not ended after ${String(ms)} ms.`));
    }, PATIENCE / 10);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds of work and of waiting so far, whatever else the machine does meanwhile. */
export function costSoFar() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000 + performance.eventLoopUtilization().idle;
}
