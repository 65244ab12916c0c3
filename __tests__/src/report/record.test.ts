import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import type { ScenarioName } from '../../../sandbox/scenarios/table.js';
import { DeployError } from '../../../src/errors.js';
import { canonicalJson, isObject, type Json, type JsonObject } from '../../../src/model/json.js';
import { identityOf } from '../../../src/report/run-identity.js';
import { run } from '../../../src/run.js';
import { readyWorld } from '../../ready-world.js';
import { takeShortCuts } from '../../simulation/direct.js';
import { inputs } from '../../world.js';
import { FACTS, RAN_ON_GITHUB, recorded } from './recorded.js';

takeShortCuts();

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../../deployment-report.schema.json', import.meta.url), 'utf8'),
) as JsonObject;

/** The schema as a reader would have it who insists on knowing every field. */
function strict(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map((item: Json) => strict(item));
  if (!isObject(schema)) return schema;
  const fields = Object.entries(schema).map(([name, value]) => [name, strict(value ?? null)] as const);
  const closed = isObject(schema['properties']) ? [['additionalProperties', false] as const] : [];
  return Object.fromEntries([...fields, ...closed]);
}

const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);
const validate = ajv.compile(strict(SCHEMA) as object);

function problemsOf(json: string): unknown {
  validate(JSON.parse(json));
  return validate.errors ?? [];
}

/** The JSON of a whole run, and all that it wrote. */
async function reportOf(scenario: ScenarioName, more: Record<string, string> = {}) {
  const env = { ...inputs(more), ...RAN_ON_GITHUB, RUNNER_TEMP: '/tmp/runner' };
  const there = await readyWorld({ env, scenario });
  await there.during(run(there.world));
  const [json = ''] = [...there.files.keys()].filter((path) => /-\d{6}\.json$/.test(path));
  return { json: there.files.get(json)!, files: there.files, summaries: there.summaries };
}

/** Any text, also with half a character in it. */
const piece = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('\ud83d', '\ude00'));

describe('the record of a run', () => {
  it.each<[ScenarioName, Record<string, string>]>([
    ['healthy', {}],
    ['healthy', { 'dry-run': 'true' }],
    ['healthy', { mode: 'smoke' }],
    ['healthy', { cluster: '' }],
    ['crash-loop', {}],
    ['database-down', {}],
    ['unhealthy-target', { 'auto-rollback': 'false' }],
  ])('is what its schema describes, and nothing else (%s %j)', async (scenario, more) => {
    const { json } = await reportOf(scenario, more);
    expect(problemsOf(json)).toEqual([]);
  });

  it('names who ran it, and every call that changed something, as CloudTrail knows it', async () => {
    const { json } = await reportOf('crash-loop');
    const record = JSON.parse(json) as ReturnType<typeof recorded>;
    expect(record.run).toMatchObject({ actor: 'octocat', triggeringActor: 'hubot', id: '7', attempt: '2' });
    expect(record.calls.map(({ action }) => action)).toEqual([
      'ecs:RegisterTaskDefinition',
      'ecs:UpdateService',
      'ecs:StopServiceDeployment',
      'ecs:TagResource',
    ]);
    for (const { requestId, error } of record.calls) {
      expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(error).toBeUndefined();
    }
  });

  it('names the run, its commit and its runner also where their numbers are long ones', () => {
    const { id, attempt, sha, runner } = identityOf({
      ...RAN_ON_GITHUB,
      GITHUB_RUN_ID: '17654321098',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_SHA: '1234567890123456789012345678901234567890',
      RUNNER_NAME: 'GitHub Actions 1000000123',
    });
    expect([id, attempt, sha, runner]).toEqual([
      '17654321098',
      '1',
      '1234567890123456789012345678901234567890',
      'GitHub Actions 1000000123',
    ]);
  });

  it.each([
    [
      'https://ghe.example.com/github/',
      'https://ghe.example.com/github',
      'https://ghe.example.com/github/o/r/actions/runs/7',
    ],
    ['https://jo:hunter2@ghe.example.com', undefined, undefined],
    ['javascript:alert(1)//', undefined, undefined],
    [undefined, undefined, 'https://github.com/o/r/actions/runs/7'],
  ])('leads only to a web address without credentials (%s)', (given, server, url) => {
    const env = { GITHUB_SERVER_URL: given, GITHUB_REPOSITORY: 'o/r', GITHUB_RUN_ID: '7' };
    expect(identityOf(env)).toMatchObject({ server, url });
  });

  it('is the same, byte by byte, for the same run at the same time', async () => {
    const [one, other] = [await reportOf('crash-loop'), await reportOf('crash-loop')];
    expect([...one.files]).toEqual([...other.files]);
    expect(one.summaries).toEqual(other.summaries);
  });

  it('is in the canonical form of RFC 8785', () => {
    const json = canonicalJson(recorded());
    expect(json).toBe(canonicalize(JSON.parse(json)));
    fc.assert(fc.property(fc.jsonValue(), (value) => canonicalJson(value) === canonicalize(value)));
  });

  it('holds clean text whatever was said', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        (text) => {
          const error = new DeployError('timeout', text, { hint: text, evidence: [text] });
          const targets = { [text]: 1 };
          const json = canonicalJson(
            recorded(
              { kind: 'failed', error },
              { ...FACTS, subject: text, ...{ targets } },
              { warnings: [text] },
            ),
          );
          expect(Buffer.from(json, 'utf8').toString('utf8')).toBe(json);
          expect(json).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\\u00[01]|\\ud[89a-f]/iu);
        },
      ),
    );
  });
});
