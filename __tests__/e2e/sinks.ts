import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StepResult } from '../../runner/run-action.js';
import type { GitHubServer } from '../../sandbox/github/server.js';
import type { Canary } from '../canaries.js';

/* Everything that somebody may see of a run, and the search for what nobody may. */

/** What a run left in one place, by the name of the place. */
export type Sinks = ReadonlyMap<string, string>;

/** All that a run wrote, as it wrote it: what the runner says of inputs and variables is not of the action. */
export function sinksOf(result: StepResult, reports: string, github?: GitHubServer): Sinks {
  const { main, post, annotations, outputs, state } = result;
  const raw = [...(main?.raw ?? []), ...(post?.raw ?? [])];
  const from = (wanted: 'stdout' | 'stderr'): string =>
    raw.flatMap(({ source, text }) => (source === wanted ? [text] : [])).join('\n');
  return new Map([
    ['stdout', from('stdout')],
    ['stderr', from('stderr')],
    ['annotations', annotations.map((one) => `${one.message}\n${JSON.stringify(one)}`).join('\n')],
    ['outputs', Object.entries(outputs).flat().join('\n')],
    ['state', Object.entries(state).flat().join('\n')],
    ['summary', `${main?.summary ?? ''}\n${post?.summary ?? ''}`],
    ...filesIn(reports),
    ['GitHub', JSON.stringify(github?.requests.map(({ body }) => body) ?? [])],
  ]);
}

function filesIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The ways in which a reader, or a program, may take a text. */
const READINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, ''),
  (text) => text.replace(/<\/?(?:code|strong|a|td|th|pre|li|p|span)\b[^<>]*>/g, ''),
  (text) =>
    text
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
      .replace(/&(amp|lt|gt|quot|apos);/g, (whole, name: string) => ENTITIES[name] ?? whole),
  (text) => text.replace(/\\u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
  (text) => text.replace(/\\(["'\\/`*_~|<>()[\]{}#.!+-])/g, '$1'),
  (text) => text.replace(/%([2-7][\da-f])/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
];

/** The text as it is, and as it is after each reading on top of those before. */
function readingsOf(text: string): string {
  const all = [text];
  for (const read of READINGS) all.push(read(all.at(-1) ?? ''));
  return all.join('\n');
}

/** What the action says itself: the example of an account, and a name in front of a hole. */
const OWN_WORDS = /123456789012|[Ss]treet(?=[ "\\]*[:=])|mailing address/g;

/** Digits alone and few of them stand in digests and ids by chance. */
const isTelling = ({ secret }: Canary): boolean => secret.length > 6 || /[g-z]/i.test(secret);

/** Which canaries are seen where, each with what stands around it, as a failing test shows them. */
export function seenIn(sinks: Sinks, planted: readonly Canary[]): readonly string[] {
  const wanted = new Map(planted.filter(isTelling).map(({ kind, secret }) => [secret, kind]));
  return [...sinks].flatMap(([place, text]) => {
    const readings = readingsOf(text).replace(OWN_WORDS, '');
    return [...wanted].flatMap(([secret, kind]) => {
      const at = readings.indexOf(secret);
      if (at < 0 && !isInBase64(readings, secret)) return [];
      return [`${place}: ${secret} (${kind}) in ${readings.slice(Math.max(0, at - 80), at + 60)}`];
    });
  });
}

/** The three ways in which base64 writes a text that stands somewhere in another, without what its neighbours decide. */
function isInBase64(text: string, secret: string): boolean {
  if (secret.length < 8) return false;
  return [0, 1, 2].some((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
    const written = bytes.toString('base64').replace(/=+$/, '');
    return text.includes(written.slice(offset === 0 ? 0 : offset + 1, -1));
  });
}
