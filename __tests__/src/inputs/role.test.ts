import { describe, expect, it } from '@jest/globals';
import { inputReader } from '../../../src/inputs/reader.js';
import { readRole, type RoleRequest } from '../../../src/inputs/role.js';

const ARN = 'arn:aws:iam::123456789012:role/deploy';
const JOB = { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '77' };

/** What is read, or what is wrong with it. */
function read(
  given: Record<string, string>,
  job: Record<string, string> = JOB,
): RoleRequest | string | undefined {
  const env = {
    ...job,
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
  };
  const reader = inputReader(env);
  const role = readRole(reader, env);
  try {
    reader.finish();
    return role;
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    return `${message} ${hint ?? ''}`;
  }
}

describe('role-to-assume', () => {
  it('is assumed for an hour, under the name of the run', () => {
    expect(read({ 'role-to-assume': ARN })).toEqual({
      arn: ARN,
      sessionName: 'deploy-backend-77',
      duration: 3_600_000,
    });
  });

  it('has the name and the duration that are given', () => {
    const given = { 'role-to-assume': ARN, 'role-session-name': 'a+=,.@-_', 'role-duration': '12h' };
    expect(read(given)).toEqual({ arn: ARN, sessionName: 'a+=,.@-_', duration: 43_200_000 });
  });

  it.each([
    'arn:aws-us-gov:iam::123456789012:role/deploy',
    'arn:aws:iam::123456789012:role/team/ci/a.b+c=d,e@f-g_h',
  ])('may be %s', (arn) => {
    expect(read({ 'role-to-assume': arn })).toMatchObject({ arn });
  });

  it.each([
    'deploy',
    'arn:aws:iam::123456789012:user/deploy',
    'arn:aws:iam::12:role/deploy',
    `${ARN}\nx`,
    'arn:aws:sts::123456789012:assumed-role/deploy/x',
  ])('cannot be %j', (arn) => {
    expect(read({ 'role-to-assume': arn })).toMatch(
      /^The input role-to-assume is .* must be the ARN of a role/,
    );
  });

  it('by hand is an error that says what to use instead', () => {
    expect(read({ 'role-to-assume': ARN }, {})).toMatch(
      /^The input role-to-assume needs the identity token that only GitHub Actions gives\. By hand take a profile/,
    );
  });
});

describe('role-session-name and role-duration', () => {
  it.each([
    ['role-session-name', 'x'],
    ['role-duration', '1h'],
  ])('%s needs role-to-assume', (name, value) => {
    expect(read({ [name]: value.repeat(name === 'role-duration' ? 1 : 2) })).toMatch(
      new RegExp(`^The input ${name} needs role-to-assume\\.`),
    );
  });

  it.each(['a', 'a b', 'x'.repeat(65), 'a/b', 'ä-name'])('the name cannot be %j', (name) => {
    expect(read({ 'role-to-assume': ARN, 'role-session-name': name })).toMatch(
      /role-session-name is .* must be 2 to 64/,
    );
  });

  it.each(['14m', '13h', '3600', '899s'])('the duration cannot be %j', (duration) => {
    expect(read({ 'role-to-assume': ARN, 'role-duration': duration })).toMatch(
      /role-duration .* from 15m to 12h/,
    );
  });
});
