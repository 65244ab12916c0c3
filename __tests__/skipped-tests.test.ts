import { afterEach, describe, expect, it, jest } from '@jest/globals';

/* The reporter is plain JavaScript, because Jest loads it before anything is transformed. */
interface Reporter {
  onRunComplete(
    contexts: unknown,
    results: { testResults: readonly { testResults: readonly { status: string; fullName: string }[] }[] },
  ): void;
}
const file: string = '../scripts/skipped-tests.js';
const { default: SkippedTests } = (await import(file)) as {
  default: new (configuration: { testNamePattern?: string }) => Reporter;
};

const RESULTS = {
  testResults: [
    { testResults: [{ status: 'passed', fullName: 'one runs' }] },
    {
      testResults: [
        { status: 'pending', fullName: 'tasks (skipped: no Docker Engine answers) start' },
        { status: 'failed', fullName: 'two runs' },
        { status: 'todo', fullName: 'three will be written' },
      ],
    },
  ],
};

describe('the reporter of skipped tests', () => {
  const said = (configuration: { testNamePattern?: string }, results: typeof RESULTS): string => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    new SkippedTests(configuration).onRunComplete(new Set(), results);
    return write.mock.calls.map(([text]) => String(text)).join('');
  };
  afterEach(() => void jest.restoreAllMocks());

  it('names each test that did not run, and no other', () => {
    expect(said({}, RESULTS)).toBe(
      '\nSkipped:\n  tasks (skipped: no Docker Engine answers) start\n  three will be written\n',
    );
  });

  it('says nothing when all ran', () => {
    expect(said({}, { testResults: RESULTS.testResults.slice(0, 1) })).toBe('');
  });

  it('says nothing of tests that were not asked for by name', () => {
    expect(said({ testNamePattern: 'one' }, RESULTS)).toBe('');
  });
});
