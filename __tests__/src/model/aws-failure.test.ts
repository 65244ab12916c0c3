import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../src/errors.js';
import {
  awsErrorName,
  isRefusal,
  isTurnedAway,
  isTransient,
  refusal,
} from '../../../src/model/aws-failure.js';

/** What the SDK throws: an error with a name, and the status of the answer if there was one. */
const thrown = (name: string, httpStatusCode?: number, more: object = {}): Error =>
  Object.assign(new Error('because'), { name, $metadata: { httpStatusCode }, ...more });

/** What the SDK writes down when AWS's time is another than its own; a real answer has its status beside it. */
const skewed = (clockSkewCorrected: unknown): object => ({
  $metadata: { httpStatusCode: 403, clockSkewCorrected },
});

describe('a fault of AWS', () => {
  it.each<[string, unknown, 'throttled' | 'passing' | 'refused']>([
    ['Throttling', thrown('Throttling', 400), 'throttled'],
    ['ThrottlingException', thrown('ThrottlingException', 400), 'throttled'],
    ['RequestLimitExceeded', thrown('RequestLimitExceeded', 503), 'throttled'],
    ['status 429', thrown('Unknown', 429), 'throttled'],
    ['ServerException', thrown('ServerException', 500), 'passing'],
    ['a bad gateway', thrown('SyntaxError', 502), 'passing'],
    ['TimeoutError', thrown('TimeoutError'), 'passing'],
    ['a reset connection', thrown('Error', undefined, { code: 'ECONNRESET' }), 'passing'],
    ['a broken pipe', thrown('Error', undefined, { code: 'EPIPE' }), 'passing'],
    ['ClientException', thrown('ClientException', 400), 'refused'],
    ['AccessDeniedException', thrown('AccessDeniedException', 400), 'refused'],
    ['ServiceNotFoundException', thrown('ServiceNotFoundException', 400), 'refused'],
    ['ExpiredTokenException', thrown('ExpiredTokenException', 403), 'refused'],
    ['a clock that was off', thrown('InvalidSignature', 403, skewed(true)), 'throttled'],
    ['a clock that was right', thrown('InvalidSignature', 403, skewed(false)), 'refused'],
    ['a clock that was not looked at', thrown('InvalidSignature', 403, skewed(undefined)), 'refused'],
    ['a redirect', thrown('Redirected', 302), 'refused'],
    ['a name that is no text', thrown('', 400, { name: 7, code: { x: 1 } }), 'refused'],
  ])('%s is read for what it is', (_, error, kind) => {
    expect(isTurnedAway(error)).toBe(kind === 'throttled');
    expect(isTransient(error)).toBe(kind !== 'refused');
  });

  it.each([undefined, null, 'text', 1, {}, new Error('x'), { $metadata: null }, { $metadata: {} }])(
    'of no known shape is neither a refusal nor asked again (%p)',
    (error) => {
      expect(isRefusal(error)).toBe(false);
      expect(isTransient(error)).toBe(false);
      expect(refusal(error, 'ecs:X')).toMatchObject({ code: 'aws-unavailable' });
    },
  );

  it('is a refusal when AWS answered that it will not', () => {
    expect(isRefusal(thrown('ClientException', 400))).toBe(true);
    expect(isRefusal(thrown('ServerException', 500))).toBe(false);
    expect(isRefusal(thrown('TimeoutError'))).toBe(false);
    expect(isRefusal(thrown('Redirected', 302))).toBe(false);
  });

  it('passes or not also when it is told in our words', () => {
    expect(isTransient(refusal(thrown('ServerException', 500), 'ecs:X'))).toBe(true);
    expect(isTransient(refusal(thrown('InvalidParameterException', 400), 'ecs:X'))).toBe(false);
    expect(isTransient(new DeployError('aws-unavailable', 'half an answer'))).toBe(true);
    expect(isTransient(new DeployError('access-denied', 'no'))).toBe(false);
  });

  it('keeps its name through our own errors', () => {
    const error = refusal(thrown('ClusterNotFoundException', 400), 'ecs:X');
    expect(awsErrorName(new DeployError('internal', 'x', { cause: error }))).toBe('ClusterNotFoundException');
    expect(awsErrorName(undefined)).toBe('');
  });
});

describe('the error that people see', () => {
  it.each([
    ['ExpiredTokenException', 'credentials-expired'],
    ['ExpiredToken', 'credentials-expired'],
    ['AccessDenied', 'access-denied'],
    ['AccessDeniedException', 'access-denied'],
    ['UnauthorizedOperation', 'access-denied'],
    ['CredentialsProviderError', 'credentials-missing'],
    ['UnrecognizedClientException', 'credentials-missing'],
    ['InvalidClientTokenId', 'credentials-missing'],
    ['SignatureDoesNotMatch', 'credentials-missing'],
    ['ClientException', 'aws-unavailable'],
    ['ServerException', 'aws-unavailable'],
  ])('of %s has the code %s, names the call and says what to do', (name, code) => {
    const error = refusal(thrown(name, 400), 'ecs:UpdateService');
    expect(error.code).toBe(code);
    expect(error.message).toContain('ecs:UpdateService');
    expect(error.hint).toMatch(/\.$/);
    expect(error.cause).toMatchObject({ name });
  });

  it('names the permission that is missing, not the call that needs it', () => {
    const message =
      'User: arn:aws:iam::123456789012:user/x is not authorized to perform: iam:PassRole on resource: r';
    const error = refusal(thrown('AccessDeniedException', 400, { message }), 'ecs:RegisterTaskDefinition');
    expect(error.hint).toBe('Allow iam:PassRole in the policy of the role that runs this job.');
  });

  it.each([
    [thrown('ServerException', 500), 'ecs:X failed (ServerException): because'],
    [thrown('', undefined, { code: 'ECONNRESET' }), 'ecs:X failed (ECONNRESET): because'],
    [thrown('ServerException', 500, { message: '' }), 'ecs:X failed (ServerException)'],
    [{}, 'ecs:X failed (unknown error)'],
    ['out of order', 'ecs:X failed (unknown error): out of order'],
  ])('has the name and the words of what was thrown: %s', (error, message) => {
    expect(refusal(error, 'ecs:X').message).toBe(message);
  });

  it('tells what passes from what has to be corrected', () => {
    expect(refusal(thrown('ServerException', 500), 'ecs:X').hint).toContain("AWS's status page");
    expect(refusal(thrown('InvalidParameterException', 400), 'ecs:X').hint).toContain('correct what');
  });

  it('shows no secrets that AWS repeats', () => {
    const message = 'The request had token=abcdefghijklmnop and AKIAABCDEFGHIJKLMNOP';
    const { message: said } = refusal(thrown('ClientException', 400, { message }), 'ecs:X');
    expect(said).not.toMatch(/abcdefghijklmnop|AKIAABCDEFGHIJKLMNOP/);
  });

  it('is our own error when it is one already', () => {
    const error = new DeployError('cancelled', 'Cancelled.');
    expect(refusal(error, 'ecs:X')).toBe(error);
  });
});
