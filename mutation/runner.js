import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { PluginKind, commonTokens, declareClassPlugin, tokens } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  determineHitLimitReached,
} from '@stryker-mutator/api/test-runner';
import { Hangs, costSoFar, endSuites, runTest, testsOf } from './globals.js';
import { distancesFrom, fileOfMutant, followModules, loadAnew } from './modules.js';

/** What the first run found out, for the process beside it. */
const FOUND = 'mutation-tests.json';

/** So many times as often as all tests together do, a mutant may be met before it counts as endless, and so often at least. */
const [MOST_ROUNDS, LEAST_HITS] = [3, 1_000];

/**
 * Runs the tests in one process that has loaded them once: for a mutant only those that reach it, the nearest and fastest
 * first, up to the first that fails.
 */
class Runner {
  static inject = tokens(commonTokens.options);

  constructor({ mutation }) {
    this.settings = mutation;
    this.mutant = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
    this.begun = new Set();
    this.versions = 0;
    this.kills = new Map();
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // The SDK warns of Node 20, and a seed makes a run the same again.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    const { default: fc } = await import(createRequire(resolve('package.json')).resolve('fast-check'));
    fc.configureGlobal({ seed: 1, endOnFailure: true });
    // What a test leaves behind must not end the process that others need.
    process.on('unhandledRejection', () => undefined);
    followModules();
    await this.shorten();
    const files = globSync(this.settings.tests).sort();
    this.tests = new Map();
    for (const file of files) {
      const url = pathToFileURL(file).href;
      for (const test of await testsOf(file, () => import(url)))
        if (!this.settings.without.some((part) => test.name.includes(part)))
          this.tests.set(test.id, { ...test, url });
    }
  }

  /**
   * More than half of what a test of a whole run takes is the SDK, which has nothing to do with the mutants: calls go past it.
   * A test that is about the SDK fails then in the first run, and is run with all of it from then on.
   */
  async shorten() {
    const { ECSClient } = await import('@aws-sdk/client-ecs');
    const { takeShortCuts } = await import(pathToFileURL('__tests__/simulation/direct.ts').href);
    const client = Object.getPrototypeOf(ECSClient.prototype);
    const whole = client.send;
    takeShortCuts();
    const short = client.send;
    this.sendThrough = (sdk) => (client.send = sdk ? whole : short);
  }

  async dryRun() {
    const results = [];
    const whole = new Set();
    for (const test of this.tests.values()) {
      this.mutant.currentTestId = test.id;
      this.sendThrough(false);
      let start = costSoFar();
      let failure = await failureOf(test, this.begun, Infinity);
      if (failure) {
        whole.add(test.id);
        this.sendThrough(true);
        start = costSoFar();
        failure = await failureOf(test, this.begun, Infinity);
      }
      const timeSpentMs = costSoFar() - start;
      const status = failure ? TestStatus.Failed : TestStatus.Success;
      results.push({
        id: test.id,
        name: test.id,
        timeSpentMs,
        status,
        failureMessage: String(failure?.stack),
      });
    }
    this.mutant.currentTestId = 'none';
    const mutantCoverage = this.mutant.mutantCoverage;
    this.found = Object.fromEntries(
      results.map(({ id, timeSpentMs }) => {
        const reached = Object.keys(mutantCoverage.perTest[id] ?? {}).map(fileOfMutant);
        return [id, { usual: timeSpentMs, whole: whole.has(id), reached: [...new Set(reached)] }];
      }),
    );
    writeFileSync(FOUND, JSON.stringify(this.found));
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, sandboxFileName }) {
    if (Number(activeMutant.id) % this.settings.every > 0)
      return { status: MutantRunStatus.Error, errorMessage: 'It is not in the sample.' };
    this.found ??= JSON.parse(readFileSync(FOUND, 'utf8'));
    const file = pathToFileURL(sandboxFileName).href;
    const isLoaded = testFilter !== undefined && !this.settings.remember.some((path) => file.endsWith(path));
    const tests = this.ordered(file, isLoaded ? testFilter : this.testsAround(file));
    // Stryker's own limit is a hundred rounds, which is minutes where each character of a text is looked at.
    const most = hitLimit && Math.max(LEAST_HITS, (hitLimit / 100) * MOST_ROUNDS);
    Object.assign(this.mutant, { activeMutant: activeMutant.id, hitCount: most && 0, hitLimit: most });
    try {
      const { failed, failure, nrOfTests } = await (isLoaded ? this.run(tests) : this.runAnew(file, tests));
      const reached = determineHitLimitReached(this.mutant.hitCount, most);
      if (reached) return { status: MutantRunStatus.Timeout, reason: reached.reason };
      if (failure instanceof Hangs) return { status: MutantRunStatus.Timeout, reason: failure.message };
      if (!failed) return { status: MutantRunStatus.Survived, nrOfTests };
      this.remember(file, failed);
      return {
        status: MutantRunStatus.Killed,
        killedBy: [failed.id],
        failureMessage: String(failure.message),
        nrOfTests,
      };
    } finally {
      this.mutant.activeMutant = undefined;
    }
  }

  /**
   * The tests in the order in which they are tried, as many as there is time for: those that found something in this file
   * already, then near and fast ones, from all test files in turn, as tests of one file do much the same.
   */
  ordered(file, ids) {
    const distances = distancesFrom(file);
    const kills = this.kills.get(file) ?? new Map();
    const weight = ({ id, url }) => (this.found[id].usual + 0.5) * (distances.get(url) ?? 10) ** 2;
    const turns = new Map();
    const turn = ({ url }) => {
      turns.set(url, (turns.get(url) ?? 0) + 1);
      return turns.get(url);
    };
    let left = this.settings.mostTime;
    return ids
      .map((id) => ({ test: this.tests.get(id), weight: weight(this.tests.get(id)) }))
      .sort((one, other) => one.weight - other.weight)
      .map((one) => ({
        ...one,
        weight: (one.weight * turn(one.test)) / (1 + (kills.get(one.test.id) ?? 0)) ** 2,
      }))
      .sort((one, other) => one.weight - other.weight)
      .map(({ test }) => test)
      .filter(({ id }, index) => (left -= this.found[id].usual) > 0 || index === 0);
  }

  remember(file, { id }) {
    const kills = this.kills.get(file) ?? new Map();
    this.kills.set(file, kills.set(id, (kills.get(id) ?? 0) + 1));
  }

  /** What a constant of a file could matter to: the tests that reach the file or one that imports it. */
  testsAround(file) {
    const near = [...distancesFrom(file)].filter(([, distance]) => distance <= 1).map(([url]) => url);
    return [...this.tests.values()]
      .filter(({ id, url }) => near.includes(url) || this.found[id].reached.some((one) => near.includes(one)))
      .map(({ id }) => id);
  }

  async run(tests) {
    for (const [index, test] of tests.entries()) {
      this.sendThrough(this.found[test.id].whole);
      const failure = await failureOf(test, this.begun, this.found[test.id].usual);
      if (failure) return { failed: test, failure, nrOfTests: index + 1 };
    }
    return { nrOfTests: tests.length };
  }

  /** Runs tests of files that are loaded while the mutant is there. */
  async runAnew(changed, tests) {
    const version = ++this.versions;
    const loaded = new Map();
    const begun = new Set();
    try {
      for (const [index, { id, url, file }] of tests.entries()) {
        const failed = { id };
        const count = { failed, nrOfTests: index + 1 };
        try {
          if (!loaded.has(url)) loaded.set(url, await testsOf(file, () => loadAnew(url, changed, version)));
        } catch (failure) {
          return { ...count, failure };
        }
        const test = loaded.get(url).find((one) => one.id === id);
        if (!test) return { ...count, failure: new Error('There is no such test any more.') };
        this.sendThrough(this.found[id].whole);
        const failure = await failureOf(test, begun, this.found[id].usual);
        if (failure) return { ...count, failure };
      }
      return { nrOfTests: tests.length };
    } finally {
      await endSuites(begun);
    }
  }

  async dispose() {
    await endSuites(this.begun);
  }
}

async function failureOf(test, begun, usual) {
  try {
    await runTest(test, begun, usual);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'once', Runner)];
