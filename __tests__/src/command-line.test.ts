import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readCommand, usage, type DeclaredInputs } from '../../src/command-line.js';

const ACTION = new URL('../../action.yml', import.meta.url);
const { inputs } = parse(readFileSync(ACTION, 'utf8')) as { readonly inputs: DeclaredInputs };
const read = (...args: readonly string[]) => readCommand(args, inputs, {});

describe('the command by hand', () => {
  it('passes its flags as the runner passes inputs', () => {
    expect(read('smoke', '--base-url', 'https://a.example', '--expected-sha=1234567')).toMatchObject({
      kind: 'run',
      env: {
        INPUT_MODE: 'smoke',
        'INPUT_BASE-URL': 'https://a.example',
        'INPUT_EXPECTED-SHA': '1234567',
      },
    });
  });

  it('has the defaults of the action, but for those that only the runner can fill in', () => {
    const command = read('release');
    expect(command).toMatchObject({ env: { 'INPUT_DEPLOYMENT-TIMEOUT': '15m', INPUT_SMOKE: 'true' } });
    expect(command.kind === 'run' && 'INPUT_GITHUB-TOKEN' in command.env).toBe(false);
  });

  it('takes switches without a value, and their negation', () => {
    const env = { 'INPUT_DRY-RUN': 'true', INPUT_SMOKE: 'false' };
    expect(read('release', '--dry-run', '--no-smoke')).toMatchObject({ env });
    expect(read('release', '--dry-run=true', '--smoke=false')).toMatchObject({ env });
  });

  it('makes lines of a flag that comes several times', () => {
    expect(read('smoke', '--skip-checks', 'cors', '--skip-checks', 'root')).toMatchObject({
      env: { 'INPUT_SKIP-CHECKS': 'cors\nroot' },
    });
  });

  it.each([
    ['an unknown flag', ['smoke', '--base-ulr', 'x'], /^Unknown option '--base-ulr'\. --help lists all\.$/],
    ['no mode', ['--base-url', 'x'], /release, smoke, rollback/],
    ['two modes', ['smoke', 'release'], /once/],
    ['a mode that is none', ['smok'], /release, smoke, rollback/],
    ['a value apart from its switch', ['release', '--smoke', 'false'], /once/],
    ['a flag without its value', ['smoke', '--base-url'], /--base-url/],
    ['the mode as a flag', ['--mode', 'smoke'], /--mode/],
  ])('says what is wrong with %s', (_, args, message) => {
    const command = read(...args);
    expect(command).toMatchObject({ kind: 'wrong', why: expect.stringMatching(message) });
  });

  it('changes nothing in the script of a workflow, where nothing would finish a cancelled run', () => {
    const inScript = (...args: readonly string[]) => readCommand(args, inputs, { GITHUB_ACTIONS: 'true' });
    const refused = {
      kind: 'wrong',
      why: expect.stringContaining('uses: mentalspace/deploy-backend@v1'),
    };
    expect([inScript('release'), inScript('rollback')]).toEqual([refused, refused]);
    expect(inScript('smoke')).toMatchObject({ kind: 'run' });
    expect(inScript('rollback', '--dry-run')).toMatchObject({ kind: 'run' });
  });

  it('explains itself with every input but the mode', () => {
    expect([read(), read('--help'), read('smoke', '-h')]).toEqual([
      { kind: 'help' },
      { kind: 'help' },
      { kind: 'help' },
    ]);
    const flags = [...usage(inputs).matchAll(/^ {2}--(?:\[no-\])?(\S+)/gm)].map(([, name]) => name);
    expect(flags).toEqual(Object.keys(inputs).filter((name) => name !== 'mode'));
  });
});
