import { expect, it } from '@jest/globals';
import { unknownFields } from '../../../src/model/error-body.js';
import type { Json } from '../../../src/model/json.js';

it.each<Json>([
  {},
  { type: 'about:blank', title: 'Not Found', status: 404, detail: 'x', instance: '/x' },
  { statusCode: 404, message: 'Cannot GET /x', error: 'Not Found' },
  { timestamp: 'x', status: 404, error: 'Not Found', path: '/x', requestId: 'x' },
  { error: { code: 'x', anything: 1 } },
  { error_description: 'x', 'trace-id': 'x', CorrelationID: 'x', status_code: 1, ErrorCode: 1 },
  { data: null, stack: null, message: 'x' },
  { success: false, ok: false, reason: 'x', errors: [], details: {} },
])('%j has nothing but what errors have', (document) => {
  expect(unknownFields(document, [])).toBe(0);
});

it.each<[Json, number]>([
  [{ message: 'x', stack: 'at' }, 1],
  [{ user: {}, patients: [], data: {}, id: 1 }, 4],
  [{ 'status.code': 1 }, 1],
  [{ __proto__x: 1, constructor: 1, toString: 1 }, 3],
  [[], 1],
  [[{ message: 'x' }], 1],
  ['Not Found', 1],
  [null, 1],
  [404, 1],
])('%j has %d fields that errors do not have', (document, count) => {
  expect(unknownFields(document, [])).toBe(count);
});

it('a field that is allowed is known however it is written', () => {
  expect(unknownFields({ help_link: 'x', HelpText: 'x', other: 'x' }, ['helpLink', 'help-text'])).toBe(1);
});
