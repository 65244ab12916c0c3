import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { levelOf, readLogLine } from '../../../src/model/log-line.js';

const TIME = '2026-11-24T03:05:45.123Z';

describe('the level of a line', () => {
  it.each([
    ['{"level":"error","msg":"x"}', 'error'],
    ['{"level":50,"time":1}', 'error'],
    ['{"level":60}', 'error'],
    ['{"level": 40}', 'warn'],
    ['{"severity":"WARNING"}', 'warn'],
    ['{"lvl":"info","msg":"an error was handled"}', 'info'],
    ['{"level":30,"msg":"error"}', 'info'],
    ['{"level":20}', 'debug'],
    ['{"levelname":"CRITICAL","message":"x"}', 'error'],
    ['{"log.level":"warn"}', 'warn'],
    ['{"log":{"level":"warn"}}', 'warn'],
    ['{"err":{"type":"E"}}', 'error'],
    ['{"level":50,"msg":"and then the rest is miss', 'error'],
    ['{"level":{"level":"error"}}', 'other'],
    ['level=warning msg="x y"', 'warn'],
    ['ts=1 level=error msg=x', 'error'],
    [`${TIME} ERROR something`, 'error'],
    ['2026-11-24 03:05:45,123 [main] WARN  c.example.App - x', 'warn'],
    ['[ERROR] x', 'error'],
    ['[warn] careful', 'warn'],
    ['E0923 12:34:56.789012 1 server.go:1] x', 'error'],
    ['I0923 12:34:56.789012 1 server.go:1] error handled', 'info'],
    ['F0923 12:34:56.789012 1 x', 'error'],
    ['<11>1 2026-11-24T03:05:45Z h app - - - x', 'error'],
    ['<14>x error', 'info'],
    ['ERROR:root:x', 'error'],
    ['npm ERR! code X', 'error'],
    ['INFO: ready', 'info'],
    ['TRACE x', 'debug'],
    ['FATAL: out of memory', 'error'],
    ['error: relation "x" does not exist', 'error'],
    ["TypeError: Cannot read properties of undefined (reading 'x')", 'error'],
    ['Uncaught Error: x', 'error'],
    ['Exception in thread "main" java.lang.IllegalStateException: x', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['listening on 3001', 'other'],
    ['informed everybody of no error', 'other'],
    ['GET /error 200', 'other'],
    [`${'x'.repeat(100)} ERROR`, 'other'],
    ['', 'other'],
  ])('%j is %s', (line, level) => {
    expect(levelOf(line)).toBe(level);
  });
});

describe('a structured line', () => {
  it.each([
    [
      'pino',
      `{"level":50,"time":1764000000000,"pid":7,"hostname":"ip-10-0-0-1","name":"api","req":{"id":7,"method":"GET","url":"/patients/77"},"res":{"statusCode":500},"responseTime":12.5,"err":{"type":"TypeError","message":"no jane@example.org","stack":"…","code":"ECONNREFUSED"},"patientName":"Jane Doe","msg":"request errored"}`,
      'error 1764000000000 api: request errored (TypeError: no [email], code ECONNREFUSED, status 500, GET, duration 12.5) … 6 fields left out',
    ],
    [
      'winston',
      `{"level":"warn","message":"slow for mrn: 77","service":"api","timestamp":"${TIME}"}`,
      `warn ${TIME} slow for mrn: [personal data] … 1 field left out`,
    ],
    [
      'bunyan',
      '{"name":"api","hostname":"h","pid":1,"level":30,"msg":"listening on 3001","time":"2026-11-24T03:05:45.123Z","v":0}',
      `info ${TIME} api: listening on 3001 … 3 fields left out`,
    ],
    [
      'python-json',
      '{"asctime":"2026-11-24 03:05:45,123","levelname":"INFO","logger_name":"app.db","message":"ready"}',
      'info 2026-11-24 03:05:45,123 app.db: ready',
    ],
    [
      'logfmt',
      `ts=${TIME} level=info msg="got \\"x\\" for patient=Jane" route=/patients/:id status=200 user=jane`,
      `info ${TIME} got "x" for patient=[personal data] (status 200, /patients/:id) … 1 field left out`,
    ],
    ['an error as text', '{"level":"error","error":"dial tcp: refused"}', 'error (dial tcp: refused)'],
    ['no message', '{"patient":{"name":"Jane"},"ssn":1,"x":[1]}', '… 3 fields left out'],
    [
      'values of another kind',
      '{"level":["x"],"msg":{"a":"Jane"},"time":{},"status":"Jane","method":"jane","code":"Jane Doe","route":"/patients/77"}',
      '… 6 fields left out',
    ],
    ['a name without a process', '{"name":"Jane","msg":"x"}', 'x … 1 field left out'],
    [
      'strange names',
      '{"__proto__":{"level":"error","msg":"Jane"},"constructor":"Jane","toString":1,"msg":"x"}',
      'x … 3 fields left out',
    ],
  ])('of %s shows only what is harmless', (_, line, text) => {
    expect(readLogLine(line)).toBe(text);
  });

  it('does no harm with depth, length, or huge numbers', () => {
    const deep = `{"msg":"x","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    for (const line of [
      deep,
      `{"msg":"x","a":1e99999,"level":1e400,"time":${'9'.repeat(10_000)}}`,
      `{"msg":"x",${'"a":1,'.repeat(10_000)}"b":1}`,
    ])
      expect(readLogLine(line)).toMatch(/x/);
  });

  it('redacts what only looks structured as a whole', () => {
    for (const line of ['{"msg":"x","ssn":"123456789"', 'level=info patient="Jane', '[{"ssn":"123456789"}]'])
      expect(readLogLine(line)).not.toMatch(/123456789|Jane/);
  });

  it('shows nothing of fields that it does not know, whatever they are', () => {
    const canary = 'q7w8e9canary';
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }), (fields) => {
        const line = JSON.stringify({
          ...fields,
          msg: 'm',
          unknown: canary,
          req: { body: canary },
          err: { stack: canary },
        });
        return !readLogLine(line).includes(canary);
      }),
    );
  });
});
