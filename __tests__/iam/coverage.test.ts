import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { lexer, type Tokens } from 'marked';
import { takeShortCuts } from '../simulation/direct.js';
import {
  KINDS,
  missing,
  needs,
  policyFor,
  unused,
  without,
  type Kind,
  type Policy,
  type Statement,
} from './policies.js';
import { playAll, RUNS, type Played } from './runs.js';

takeShortCuts();

/** Milliseconds for all runs of a kind. */
const LIMIT = 180_000;

const actionsOf = ({ Statement: statements }: Policy): readonly string[] =>
  statements.flatMap(({ Action: action }) => action);
const runsOf = (kind: Kind) => RUNS.filter((one) => one.kind === kind);
/** What changes nothing. */
const READ = /:(?:Describe|List|Get|BatchGet|BatchCheck)/;

/** How runs end without what is optional where that is not as usual, which docs/security.md says. */
const OTHERWISE: Readonly<Record<string, readonly string[]>> = {
  // There is no room for the tasks of another deployment, also of one that leads back.
  'the scenario no-capacity': ['rollback-failed'],
  // That tagging is denied is what the lost answer would have said.
  'the scenario lost-reply': ['failed'],
};

const spans = (text = ''): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);

/** What docs/security.md says that a kind of runs is allowed for. */
function told(kind: Kind): { readonly required: readonly string[]; readonly optional: readonly string[] } {
  const page = readFileSync(fileURLToPath(new URL('../../docs/security.md', import.meta.url)), 'utf8');
  const [, section = ''] = page.split('\n## Permissions\n');
  const [table] = lexer(section).filter((token): token is Tokens.Table => token.type === 'table');
  const rows = (table?.rows ?? []).filter(([subject]) => spans(subject?.text).includes(kind));
  const column = (index: number): readonly string[] =>
    rows.flatMap((row) => spans(row[index]?.text).filter((span) => span.includes(':')));
  return { required: column(1), optional: column(2) };
}

describe.each(KINDS)('the policy for a %s', (kind) => {
  const policy = policyFor(kind);
  const { required, optional } = told(kind);
  let played: ReadonlyMap<string, Played>;
  const calls = () => [...played.values()].flatMap((one) => one.calls);
  beforeAll(async () => {
    played = await playAll(kind);
  }, LIMIT);

  it.each(runsOf(kind))('allows all that is called by $name', ({ name }) => {
    const { outcomes, wanted, calls: made } = played.get(name)!;
    expect(missing(policy, made)).toEqual([]);
    expect(outcomes).toEqual(wanted);
    expect(made.length).toBeGreaterThan(0);
  });

  it('allows nothing that no run needs', () => {
    expect(unused(policy, calls())).toEqual([]);
  });

  it('allows what docs/security.md says', () => {
    expect([...required, ...optional].sort()).toEqual([...actionsOf(policy)].sort());
  });

  it.each(required)('has to allow %s, without which a run ends', async (action) => {
    const lacking = without(policy, action);
    for (const run of runsOf(kind).filter(({ name }) => needs(played.get(name)!.calls, action))) {
      const { outcomes, wanted, calls: made } = await run.play(lacking);
      if (String(outcomes) === String(wanted)) continue;
      expect(missing(lacking, made)[0]).toMatch(new RegExp(`^${action} on `));
      const changed = made.filter((call) => call.error === undefined && !READ.test(call.action));
      if (READ.test(action)) expect(changed).toEqual([]);
      return;
    }
    throw new Error(`Every run ends as before without ${action}.`);
  });

  it(
    'need not allow what is optional, without which every run ends the same',
    async () => {
      const lacking = optional.reduce(without, policy);
      for (const { name, play } of runsOf(kind)) {
        const { outcomes, wanted } = await play(lacking);
        const ending = OTHERWISE[name] ?? wanted;
        expect([name, outcomes]).toEqual([name, ending]);
      }
    },
    LIMIT,
  );

  it('is told to lack each action that is taken from it', () => {
    const unnoticed = actionsOf(policy).filter((action) => {
      const lacks = missing(without(policy, action), calls());
      return lacks.length === 0 || lacks.some((one) => !one.startsWith(`${action} on `));
    });
    expect(unnoticed).toEqual([]);
  });

  it('is told to allow too much by an action or a resource more', () => {
    const [first, ...others] = policy.Statement as [Statement, ...Statement[]];
    const [action, resource] = ['ecs:DeleteService', 'arn:aws:ecs:us-east-1:706704660887:service/other/*'];
    const more = {
      ...first,
      Action: [...first.Action, action],
      Resource: [first.Resource, resource].flat(),
    };
    expect(unused({ ...policy, Statement: [more, ...others] }, calls())).toEqual([
      `${first.Sid}: ${action}`,
      `${first.Sid}: ${resource}`,
    ]);
  });
});
