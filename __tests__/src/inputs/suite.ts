import { DeployError } from '../../../src/errors.js';
import { readInputs } from '../../../src/inputs/inputs.js';
import type { SmokeRequest } from '../../../src/inputs/smoke.js';

/** What a suite is read from: inputs, the text of its file, and variables. */
export interface Wish {
  readonly inputs?: Readonly<Record<string, string>>;
  /** Absent: there is no file. */
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Reads the suite as mode smoke does; the file is `smoke.yml`. */
export async function suite({ inputs = {}, file, env = {} }: Wish = {}): Promise<SmokeRequest> {
  const all = {
    mode: 'smoke',
    'base-url': 'https://api.example.com',
    ...(file === undefined ? {} : { 'smoke-config': 'smoke.yml' }),
    ...inputs,
  };
  const given = Object.entries(all).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const files = { read: (path: string) => Promise.resolve(path === 'smoke.yml' ? file : undefined) };
  const read = await readInputs({ ...env, ...(Object.fromEntries(given) as Record<string, string>) }, files);
  if (read.mode !== 'smoke') throw new Error('not the mode smoke');
  return read.smoke;
}

/** Each problem that reading finds, without the number of them; empty when there is none. */
export async function problems(wish: Wish): Promise<readonly string[]> {
  try {
    await suite(wish);
    return [];
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'inputs') throw error;
    const { message, hint } = error;
    const several = message.split('\n- ').slice(1);
    return several.length > 0 ? several : [hint === undefined ? message : `${message} ${hint}`];
  }
}

/** A file with those settings of one check. */
export function checks(settings: string): string {
  return `version: 1\nchecks:\n  ${settings}\n`;
}
