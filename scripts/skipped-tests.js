/**
 * A Jest reporter that names each test that did not run; why is part of its name. Where only tests of some name were
 * asked for, those of other names are none that lack something.
 */
export default class SkippedTests {
  #filtered;

  constructor({ testNamePattern }) {
    this.#filtered = Boolean(testNamePattern);
  }

  onRunComplete(_, { testResults }) {
    const names = this.#filtered ? [] : skippedTests(testResults);
    if (names.length > 0) process.stderr.write(['', 'Skipped:', ...names, ''].join('\n'));
  }
}

/** The full names of skipped tests, a line each. */
export function skippedTests(suites) {
  return suites
    .flatMap(({ testResults }) => testResults)
    .filter(({ status }) => status === 'pending' || status === 'todo')
    .map(({ fullName }) => `  ${fullName}`);
}
