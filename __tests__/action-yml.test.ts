import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readInputs } from '../src/inputs/inputs.js';
import { OUTPUTS } from '../src/report/outputs.js';

interface Declared {
  readonly description?: string;
  readonly default?: string;
}
interface ActionYml {
  readonly inputs: Record<string, Declared>;
  readonly outputs: Record<string, Declared>;
  readonly runs: { readonly using: string; readonly main: string; readonly post: string };
}
const action = parse(readFileSync(new URL('../action.yml', import.meta.url), 'utf8')) as ActionYml;
const variable = (name: string): string => `INPUT_${name.toUpperCase()}`;

const noFiles = { read: () => Promise.resolve(undefined) };

/** Names of the inputs that reading looks at, whatever the mode and wherever the image comes from. */
async function inputsRead(): Promise<Set<string>> {
  const read = new Set<string>();
  for (const wish of [{}, { INPUT_IMAGE: 'api:1' }, { INPUT_MODE: 'smoke' }, { INPUT_MODE: 'rollback' }]) {
    const given: Record<string, string> = { ...wish, 'INPUT_HEALTH-CHECK-COMMAND': 'true' };
    const env = new Proxy(given, {
      get: (target, name) => {
        read.add(String(name));
        return target[String(name)];
      },
    });
    await expect(readInputs(env, noFiles)).rejects.toThrow();
  }
  return read;
}

describe('action.yml', () => {
  it('declares exactly the inputs that are read', async () => {
    const declared = Object.keys(action.inputs).map(variable).sort();
    const read = [...(await inputsRead())].filter((name) => name.startsWith('INPUT_')).sort();
    expect(read).toEqual(declared);
  });

  it('has the defaults that are used without it', async () => {
    const needed = {
      'aws-region': 'us-east-1',
      cluster: 'c',
      service: 's',
      'ecr-repository': 'repo',
      'base-url': 'https://a.example',
    };
    const env = (given: Record<string, string>) =>
      Object.fromEntries(Object.entries(given).map(([name, value]) => [variable(name), value]));
    const defaults = Object.entries(action.inputs).flatMap(([name, { default: value }]) =>
      value === undefined || value.includes('${{') ? [] : [[name, value] as const],
    );
    const declared = await readInputs(env({ ...Object.fromEntries(defaults), ...needed }), noFiles);
    expect(declared).toEqual(await readInputs(env(needed), noFiles));
  });

  it('declares exactly the outputs that are written', () => {
    expect(Object.keys(action.outputs).sort()).toEqual([...OUTPUTS].sort());
  });

  it('describes every input and output', () => {
    for (const { description } of [...Object.values(action.inputs), ...Object.values(action.outputs)]) {
      expect(description?.trim()).toMatch(/\S+.*[.)]$/s);
    }
  });

  it('is what the tables of the README were made from', () => {
    execFileSync(process.execPath, ['scripts/docs.js', '--check'], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    });
  });

  it('runs on Node 24, with a post step', () => {
    expect(action.runs).toMatchObject({ using: 'node24', main: 'dist/main.js', post: 'dist/post.js' });
  });
});
