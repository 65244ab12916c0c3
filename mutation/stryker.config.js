/*
 * Mutation testing: `npm run mutate`, or `npm run mutate -- src/model/undo.ts src/steps` for a part. Stryker changes the
 * sources in some ten thousand ways, one at a time, and sees whether a test fails; docs/quality.md has the outcome.
 *
 * Its runner for Jest loads all modules again for each mutant, which is a second or more; `runner.js` loads them once and then
 * takes some milliseconds. Tests in processes of their own see no mutant, so only those in this one are run.
 */
export default {
  plugins: ['./mutation/runner.js'],
  testRunner: 'once',
  testRunnerNodeArgs: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=4096'],
  coverageAnalysis: 'perTest',
  mutate: ['src/{model,steps,modes,checks}/**/*.ts'],
  mutation: {
    tests: process.env.TESTS?.split(' ') ?? [
      '__tests__/src/*.test.ts',
      '__tests__/src/{model,checks,steps,modes,inputs,report}/**/*.test.ts',
      '__tests__/simulation/days.ts',
    ],
    /** What waits for real seconds by turns of the event loop, of which there are too many without Jest's realm. */
    without: ['GitHub answers with hang'],
    /** With ten, only every tenth mutant is tried. */
    every: Number(process.env.EVERY ?? 1),
    /** Files that keep what they have worked out once, so that they have to be loaded again for each mutant. */
    remember: ['src/model/sensitive-names.ts'],
    /** Milliseconds that the tests of one mutant may take together. */
    mostTime: Number(process.env.MOST_TIME ?? 3_000),
  },
  ignorePatterns: ['/dist', '/mutation'],
  tempDirName: '/tmp/deploy-backend-mutation',
  concurrency: 2,
  // Constants are loaded again, which modules keep in memory for ever.
  maxTestRunnerReuse: 1_000,
  // What ends is bounded by the time for tests; this is for what does not, in a regular expression or in a constant.
  timeoutMS: 15_000,
  timeoutFactor: 0.01,
  dryRunTimeoutMinutes: 15,
  warnings: { slow: false, unknownOptions: false },
  checkers: [],
  // All of it has to reach the bar; a part may have hard files.
  thresholds: { break: process.argv.includes('--mutate') ? null : 80 },
  reporters: ['clear-text', 'json', 'html', 'progress-append-only'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  jsonReporter: { fileName: 'mutation/report/mutation.json' },
  htmlReporter: { fileName: 'mutation/report/mutation.html' },
};
