import { describe, expect, it } from '@jest/globals';
import { readOptions, UsageError } from '../../sandbox/command-line.js';

describe('the flags of the sandbox', () => {
  it('have defaults: the healthy world on processes, ten times as fast as AWS, on any free port', () => {
    expect(readOptions([])).toEqual({
      port: 0,
      pace: 10,
      scenario: 'healthy',
      runtime: 'process',
      empty: false,
    });
  });

  it('say what the sandbox is like', () => {
    const args = ['--port', '4566', '--pace', '0.5', '--scenario=healthy', '--runtime', 'docker', '--empty'];
    expect(readOptions(args)).toEqual({
      port: 4566,
      pace: 0.5,
      scenario: 'healthy',
      runtime: 'docker',
      empty: true,
    });
  });

  it.each([
    [['--port', 'x'], '--port x: a port is a number from 0 (any free one) to 65535.'],
    [['--port', '65536'], '--port 65536: a port is a number from 0 (any free one) to 65535.'],
    [['--pace', '0'], "--pace 0: the pace is a number above 0 and at most 1000; 1 is AWS's own speed."],
    [['--pace', 'fast'], "--pace fast: the pace is a number above 0 and at most 1000; 1 is AWS's own speed."],
    [['--runtime', 'vm'], '--runtime vm: a runtime is one of simulated, process, docker.'],
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--empty=yes'], "Option '--empty' does not take an argument"],
    [['--port'], "Option '--port <value>' argument missing"],
    [['here'], "Unexpected argument 'here'"],
  ])('refuse %j in one line', (args, line) => {
    const refused = (): unknown => readOptions(args);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(line);
    expect(refused).not.toThrow(/\n/);
  });

  it('refuse a scenario that there is not, and say which there are', () => {
    expect(() => readOptions(['--scenario', 'rosy'])).toThrow(UsageError);
    expect(() => readOptions(['--scenario', 'toString'])).toThrow(
      /^--scenario toString: there is no such scenario\. There are:\n {2}healthy +A release .*\n {2}crash-loop +The candidate/,
    );
  });
});
