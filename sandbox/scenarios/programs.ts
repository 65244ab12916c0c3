import type { Behaviour } from '../runtime/behaviour.js';
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
  behaviour: {
    answer: ({ path }, { environment }) =>
      path.startsWith('/api/v1/version')
        ? { body: { gitSha: OTHER_COMMIT, buildTime: environment.get('BUILD_TIME') ?? 'unknown' } }
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
