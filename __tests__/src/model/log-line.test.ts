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
    ['{"level":"emergency"}', 'error'],
    ['{"lvl":"dpanic"}', 'error'],
    ['{"level":"informational"}', 'info'],
    ['{"level":"verbose"}', 'debug'],
    ['{"level":"errors"}', 'other'],
    ['{"level":"unwarn"}', 'other'],
    ['{"level":"warned"}', 'other'],
    ['{"level":"catalog"}', 'other'],
    ['{"level":"logged"}', 'other'],
    ['{"level":"fund"}', 'other'],
    ['{"level":"fine-grained"}', 'other'],
    ['{"loglevel":"warn"}', 'warn'],
    ['{"@level":"warn"}', 'warn'],
    ['{"severityText":"WARN"}', 'warn'],
    ['{"level":true,"err":{"type":"E"}}', 'other'],
    ['{"error":"x","msg":"y"}', 'error'],
    ['{"exception":{"name":"E"}}', 'error'],
    ['{"msg":"y","errors":3}', 'other'],
    ['{"level" : "warn","msg":"and then', 'warn'],
    ['{"severity":"debug","msg":"and then', 'debug'],
    [`{"msg":"${'x'.repeat(400)}","level":"warn","then`, 'other'],
    ['user says {"level":"error"', 'other'],
    ['x level=error', 'other'],
    ['level=error', 'other'],
    ['msg="ends " level=warn ', 'warn'],
    ['"level=error" msg=x', 'other'],
    ['<8>x', 'error'],
    ['<9>x', 'error'],
    ['<10>x', 'error'],
    ['<12>x', 'warn'],
    ['<13>x', 'info'],
    ['<15>x', 'debug'],
    ['x <11>y', 'other'],
    ['pod-7 E0923 12:34:56.789012 1 server.go:1] x', 'error'],
    ['two words E0923 12:34:56.789012 1 x', 'other'],
    ['[main] [error] x', 'error'],
    ['[main] [Warning] x', 'warn'],
    ['2026-11-24 03:05:45 Warning: x', 'warn'],
    ['(info) x', 'info'],
    ['app.db.QueryError: x', 'error'],
    ['Error [ERR_X]: x', 'error'],
    ['saw TypeError: x', 'other'],
    ['TypeErrors: x', 'other'],
    ['Traceback of the parcel', 'other'],
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

  it.each([
    ['request', '{"msg":"m","request":{"method":"PUT","route":"/x"}}', 'm (PUT, /x)'],
    ['req', '{"msg":"m","req":{"method":"PUT","route":"/x"}}', 'm (PUT, /x)'],
    ['http', '{"msg":"m","http":{"method":"PUT","route":"/x","status":404}}', 'm (status 404, PUT, /x)'],
    ['response', '{"msg":"m","response":{"status_code":404}}', 'm (status 404)'],
    ['res', '{"msg":"m","res":{"statusCode":404}}', 'm (status 404)'],
    ['statusCode', '{"msg":"m","statusCode":404}', 'm (status 404)'],
    ['status_code', '{"msg":"m","status_code":404}', 'm (status 404)'],
    ['method', '{"msg":"m","method":"GET"}', 'm (GET)'],
    ['code', '{"msg":"m","code":"ECONNRESET"}', 'm (code ECONNRESET)'],
    ['message of an error', '{"exception":{"class":"E","msg":"gone"}}', 'error (E: gone)'],
    ['kind of an error', '{"error":{"kind":"E","message":"gone"}}', 'error (E: gone)'],
    ['name of an error', '{"err":{"name":"E"}}', 'error (E)'],
    ['errorType', '{"errorType":"E","errorMessage":"gone"}', '(E: gone)'],
    ['exc_type', '{"exc_type":"E","msg":"m"}', 'm (E)'],
    ['an error that says the same', '{"msg":"gone","err":{"type":"E","message":"gone"}}', 'error gone (E)'],
    ['@message', '{"@message":"m","@timestamp":"2026-11-24T03:05:45Z"}', '2026-11-24T03:05:45Z m'],
    ['event', '{"event":"m","loggerName":"a.b"}', 'a.b: m'],
    ['short_message', '{"short_message":"m","logger":"a.b"}', 'a.b: m'],
    ['seconds', '{"time":1764000000.123,"msg":"m"}', '1764000000.123 m'],
    ['nanoseconds', '{"ts":"1764000000123456789","msg":"m"}', '1764000000123456789 m'],
    ['no end of escapes', 'level=info msg="a \\q\\"b"', 'info a q"b'],
    ['blanks before and behind', '  {"msg":"m","level":"info"}  ', 'info m'],
  ])('has %s under the names of many loggers', (_, line, text) => {
    expect(readLogLine(line)).toBe(text);
  });

  it.each([
    'duration',
    'durationMs',
    'duration_ms',
    'responseTime',
    'response_time',
    'elapsed',
    'latency',
    'took',
  ])('has its duration as %s', (name) => {
    expect(readLogLine(JSON.stringify({ msg: 'm', [name]: 12 }))).toBe('m (duration 12)');
    expect(readLogLine(JSON.stringify({ msg: 'm', [name]: '1.25ms' }))).toBe('m (duration 1.25ms)');
    expect(readLogLine(JSON.stringify({ msg: 'm', [name]: '3 s' }))).toBe('m (duration 3 s)');
  });

  it.each([
    ['time', 'x 2026-11-24T03:05:45Z'],
    ['time', '2026-11-24T03:05:45Z Jane'],
    ['time', '2026-11-24T03:05:4'],
    ['time', '11764000000'],
    ['time', '1764000000 Jane'],
    ['logger', 'Jane Doe'],
    ['logger', 'Jane!'],
    ['errorType', 'E of Jane'],
    ['errorType', '(E'],
    ['code', 'for JANE'],
    ['code', 'JANE doe'],
    ['status', '1404'],
    ['status', '404 Jane'],
    ['method', 'xGET'],
    ['method', 'GETx'],
    ['route', 'of /patients'],
    ['route', '/patients?name=Jane'],
    ['took', 'Jane 12'],
    ['took', '12 Jane'],
  ])('leaves out a %s that looks like no such thing: %j', (name, value) => {
    expect(readLogLine(JSON.stringify({ msg: 'm', [name]: value }))).toBe('m … 1 field left out');
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
