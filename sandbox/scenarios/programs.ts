import type { Behaviour } from '../runtime/behaviour.js';
import { builtFrom, exampleAnswer, SECURITY_HEADERS } from '../runtime/example-answers.js';
import type { Program } from './scenario.js';

/*
 * What images run that are no good. Real ones run the example backend with something changed, so that everything
 * else about them is as it should be.
 */

/** A command that runs JavaScript, in the folder of the example backend. */
const node = (script: string): readonly string[] => ['node', '-e', script];

const BACKEND = `import('./dist/server.js')`;

const ERROR = 'Error: relation "appointments" does not exist';
const LIVENESS = '/api/v1/health/live';
const READINESS = '/api/v1/health/ready';

/** Every other address; a real program is told its own as `HOST`. */
const ODD_ADDRESS = /[13579]$/;

const LACKING = Object.keys(SECURITY_HEADERS);

const LEAK = {
  error: 'Not Found',
  stack: [
    'NotFoundError: Not Found',
    '    at /app/dist/server.js:52:9',
    '    at Layer.handleRequest (/app/node_modules/router/lib/layer.js:152:17)',
  ].join('\n'),
};

/** Ends with an error soon after its start. */
export const CRASHES: Program = {
  command: () => node(`console.error(${JSON.stringify(ERROR)}); process.exit(1)`),
  behaviour: { exit: { after: 2_000, exitCode: 1 }, output: [ERROR] },
};

/** Does what a job would do, and ends. */
export const ENDS: Program = {
  command: () => node(`console.log('Nothing to migrate.')`),
  behaviour: { exit: { after: 2_000, exitCode: 0 }, output: ['Nothing to migrate.'] },
};

/** Lives, and fails the container's own health check; the load balancer is content. */
export const FAILS_CONTAINER_CHECK: Program = {
  command: () => node(sickWhen('!byBalancer')),
  behaviour: {
    unhealthyAfter: 0,
    answer: ({ path }) => (path.startsWith(LIVENESS) ? { body: { status: 'ok' } } : undefined),
  },
};

/** Lives, and answers the load balancer's health checks with 503; the container's own are content. */
export const FAILS_TARGET_CHECK: Program = {
  command: () => node(sickWhen('byBalancer')),
  behaviour: answering(LIVENESS, 503),
};

/** Milliseconds of AWS time. */
const SLOW = 90_000;

/** Listens a minute and a half after its start, and is well from then on. */
export const STARTS_SLOWLY: Program = {
  command: (pace) => node(`setTimeout(() => ${BACKEND}, ${SLOW / pace})`),
  behaviour: {
    answer: ({ path }, { uptime }) =>
      path.startsWith(LIVENESS) && uptime < SLOW ? { status: 503 } : undefined,
  },
};

const OTHER_COMMIT = '3'.repeat(40);

/** Is well, and says that it was built from another commit. */
export const TELLS_OTHER_COMMIT: Program = {
  command: () => node(`process.env.GIT_SHA = '${OTHER_COMMIT}'; ${BACKEND}`),
  behaviour: { answer: builtFrom(OTHER_COMMIT) },
};

/**
 * Is well, and says in every other task that it was built from another commit. Both runtimes give addresses in order;
 * tasks that share the machine's own address all say so.
 */
export const TELLS_TWO_COMMITS: Program = {
  command: () =>
    node(
      `if (${String(ODD_ADDRESS)}.test(process.env.HOST)) process.env.GIT_SHA = '${OTHER_COMMIT}'; ${BACKEND}`,
    ),
  behaviour: {
    answer: (request, app) => (ODD_ADDRESS.test(app.ip) ? builtFrom(OTHER_COMMIT)(request, app) : undefined),
  },
};

/** Is well, and sends none of the headers that tell browsers what not to do. */
export const LACKS_SECURITY_HEADERS: Program = {
  command: () => node(`${withoutHeaders(LACKING)}${BACKEND}`),
  behaviour: { lacksHeaders: LACKING },
};

/** Is well, and answers what it does not know with a stack trace, as frameworks do outside of production. */
export const LEAKS_STACK: Program = {
  command: () => node(`${withNotFound(LEAK)}${BACKEND}`),
  behaviour: {
    answer: (request, app) =>
      exampleAnswer(request, app).status === 404 ? { status: 404, body: LEAK } : undefined,
  },
};

/** Lives, and cannot reach its database: nothing listens on the discard port. */
export const LACKS_DATABASE: Program = {
  command: () => node(`process.env.DATABASE_URL = 'postgres://127.0.0.1:9/none'; ${BACKEND}`),
  behaviour: {
    answer: ({ path }) =>
      path.startsWith(READINESS)
        ? { status: 503, body: { status: 'unavailable', checks: { database: 'unavailable' } } }
        : undefined,
  },
};

/** The simulated backend with one path that answers a status. */
function answering(path: string, status: number): Behaviour {
  return { answer: (request) => (request.path.startsWith(path) ? { status } : undefined) };
}

/**
 * The example backend, whose liveness is 503 on a condition. The load balancer says who it is (Application Load
 * Balancers, "Health checks for Application Load Balancer target groups": `ELB-HealthChecker/2.0`).
 */
function sickWhen(condition: string): string {
  return `
const { Server } = require('node:http');
const emit = Server.prototype.emit;
Server.prototype.emit = function (name, request, response) {
  const byBalancer = name === 'request' && /^ELB-HealthChecker/.test(request.headers['user-agent']);
  if (name !== 'request' || !request.url.startsWith('${LIVENESS}') || !(${condition}))
    return emit.apply(this, arguments);
  response.writeHead(503).end();
  return true;
};
${BACKEND}`;
}

/** Goes before the example backend, which then sends none of these headers. */
function withoutHeaders(names: readonly string[]): string {
  return `
const { ServerResponse } = require('node:http');
const { setHeader } = ServerResponse.prototype;
const lacking = ${JSON.stringify(names)};
ServerResponse.prototype.setHeader = function (name, value) {
  return lacking.includes(name.toLowerCase()) ? this : setHeader.call(this, name, value);
};
`;
}

/** Goes before the example backend, which then has this body for what is not found. */
function withNotFound(body: unknown): string {
  return `
const { ServerResponse } = require('node:http');
const { end } = ServerResponse.prototype;
const body = ${JSON.stringify(JSON.stringify(body))};
ServerResponse.prototype.end = function (...given) {
  if (this.statusCode !== 404) return end.apply(this, given);
  this.setHeader('content-type', 'application/json; charset=utf-8');
  this.setHeader('content-length', body.length);
  return end.call(this, body);
};
`;
}
