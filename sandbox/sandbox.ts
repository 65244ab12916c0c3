import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBalancer, type Balancer } from './balancer/server.js';
import { createAuthority, type Authority } from './certificates.js';
import type { Cloud } from './cloud.js';
import { createCloud } from './create.js';
import { startDatabase } from './database.js';
import { diskBlobs } from './ecr/disk-blobs.js';
import { closeEcs } from './ecs/timers.js';
import { stopHealthChecks } from './elbv2/health-checks.js';
import { identityIssuer, serveIdentity, type IdentityIssuer } from './github/identity.js';
import { lineOfCommits } from './github/repository.js';
import { startGitHub, type GitHubServer } from './github/server.js';
import { loopbackAddress } from './hosts.js';
import { NAMES } from './names.js';
import { pacedClock } from './paced-clock.js';
import { CANDIDATE, FIRST_COMMIT, makeReadyWorld } from './ready-world.js';
import type { Script } from './runtime/behaviour.js';
import type { Runtime } from './runtime/runtime.js';
import { chooseRuntime } from './runtimes.js';
import { scenarioOf, type ScenarioName } from './scenarios/table.js';
import { openEndpoint, serveCloud, type Endpoint } from './server.js';
import { letRepositoryIn } from './sts/seed.js';

/** What a sandbox is started with; absent values are the defaults of the command. */
export interface SandboxOptions {
  /** Port of the APIs and the registry; 0 or absent is any free one. */
  readonly port?: number;
  /** How much faster than on AWS time passes; default 10. */
  readonly pace?: number;
  readonly scenario?: ScenarioName;
  /** Default: `process`. */
  readonly runtime?: Runtime['name'];
  /** An account with nothing in it. */
  readonly empty?: boolean;
  /** The commit that the ready-made service runs at first. */
  readonly commit?: string;
  /** The one after it, as GitHub knows; absent: that of the candidate. */
  readonly nextCommit?: string;
  /** How simulated tasks live. */
  readonly script?: Script;
  /** Gives the start up; what was begun is undone. */
  readonly signal?: AbortSignal;
  /** Hears of what a person should know, such as operations that are not imitated. */
  readonly log?: (line: string) => void;
}

/** What one needs to know to use a sandbox; null is what does not exist in an empty one. */
export interface Ready {
  /** `http://127.0.0.1:PORT`, for `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  readonly region: string;
  readonly account: string;
  readonly cluster: string | null;
  readonly service: string | null;
  readonly container: string | null;
  /** Name of the repository; its URI is `registry/repository`. */
  readonly repository: string | null;
  /** An image to release, `repository:tag`. */
  readonly candidate: string | null;
  /** The commit that it was built from. */
  readonly candidateCommit: string | null;
  /** `host[:port]` of the registry in image references. */
  readonly registry: string;
  /** ARN. */
  readonly targetGroup: string | null;
  readonly logGroup: string | null;
  /** Where the load balancer takes HTTPS. */
  readonly baseUrl: string;
  /** Where the load balancer takes HTTP. */
  readonly httpUrl: string;
  /** Path of the certificate authority that HTTPS clients have to trust, PEM. */
  readonly caFile: string;
  /** For `GITHUB_API_URL`. */
  readonly githubApi: string;
  /** For `GITHUB_REPOSITORY`. */
  readonly githubRepository: string;
  /** For `ACTIONS_ID_TOKEN_REQUEST_URL`. */
  readonly idTokenUrl: string;
  /** For `ACTIONS_ID_TOKEN_REQUEST_TOKEN`. */
  readonly idTokenSecret: string;
  /** ARN of the role that jobs of that repository may assume. */
  readonly role: string;
}

/** A sandbox that runs. */
export interface Sandbox {
  readonly ready: Ready;
  readonly cloud: Cloud;
  readonly balancer: Balancer;
  readonly github: GitHubServer;
  readonly identity: IdentityIssuer;
  readonly authority: Authority;
  /** Ends all of it; nothing is left running or on disk. Safe to call again. */
  close(): Promise<void>;
}

/** While the ready-made world is made nobody watches, so time passes at least that fast; real programs need some. */
const SEEDING_PACE = { simulated: 1_000, process: 20, docker: 20 } as const;

/** Starts a local AWS on loopback. Rejects, leaving nothing behind, when it cannot be had. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const undo: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    const started = await start(options, (step) => void undo.push(step));
    return { ...started, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Remembers how to undo what was just done; the last is undone first. */
type Afterwards = (step: () => Promise<unknown>) => void;

async function start(options: SandboxOptions, afterwards: Afterwards): Promise<Omit<Sandbox, 'close'>> {
  const { pace = 10, runtime = 'process', empty = false, signal = new AbortController().signal } = options;
  const log = options.log ?? (() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'deploy-backend-sandbox-'));
  afterwards(() => rm(folder, { recursive: true, force: true }));
  const databaseUrl = empty || runtime === 'simulated' ? undefined : database(afterwards);
  const authority = await createAuthority();
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, authority.cert);
  const endpoint = await open(afterwards, { host: '127.0.0.1', port: options.port ?? 0 });
  const registry = await openRegistry(authority, afterwards);
  const url = `http://127.0.0.1:${endpoint.port}`;
  const clock = pacedClock(Math.max(pace, SEEDING_PACE[runtime]));
  const script = new Map(options.script);
  const { make, network } = await chooseRuntime({ name: runtime, folder, clock, script });
  const cloud = createCloud({
    clock,
    runtime: make,
    endpoint: url,
    registryHost: registry?.name ?? `127.0.0.1:${endpoint.port}`,
    blobs: diskBlobs(join(folder, 'blobs')),
  });
  afterwards(() => stopCloud(cloud));
  for (const one of [endpoint, registry?.endpoint]) one?.serve(serveCloud(cloud, log));
  const balancer = await startBalancer(cloud, { certificate: await authority.issue() });
  afterwards(() => balancer.close());
  const { commit = FIRST_COMMIT, nextCommit = CANDIDATE.commit } = options;
  const github = await startGitHub(NAMES.githubRepository, lineOfCommits([commit, nextCommit]));
  afterwards(() => github.close());
  const { identity, access } = await openIdentity(cloud, afterwards);
  const targetGroup = empty
    ? null
    : await makeReadyWorld(cloud, {
        network,
        databaseUrl,
        signal,
        script,
        pace,
        commit,
        scenario: scenarioOf(options.scenario ?? 'healthy'),
      });
  signal.throwIfAborted();
  clock.setPace(pace);
  const places = { endpoint: url, registry: cloud.ecr.host, caFile, ...balancerUrls(balancer) };
  const source = { githubApi: github.url, githubRepository: github.repository.name };
  const ready = { ...places, ...source, ...access, ...factsOf(targetGroup) };
  return { cloud, balancer, github, identity, authority, ready };
}

/** The job that the sandbox's GitHub gives tokens to. */
const JOB = {
  repository: NAMES.githubRepository,
  ids: NAMES.githubIds,
  ref: 'refs/heads/master',
  immutable: false,
};

/** GitHub's identity tokens, and a role for who has one. */
async function openIdentity(
  cloud: Cloud,
  afterwards: Afterwards,
): Promise<{
  readonly identity: IdentityIssuer;
  readonly access: Pick<Ready, 'role' | 'idTokenUrl' | 'idTokenSecret'>;
}> {
  const identity = identityIssuer(cloud.clock, `request-token-${cloud.ids.hex(32)}`, JOB);
  const { url: idTokenUrl, close } = await serveIdentity(identity);
  afterwards(close);
  const role = letRepositoryIn(cloud, identity);
  return { identity, access: { role, idTokenUrl, idTokenSecret: identity.requestToken } };
}

/** Begins to start the database; whoever waits for its URL hears of a failure. */
function database(afterwards: Afterwards): Promise<string> {
  const started = startDatabase();
  afterwards(() => started.then((one) => one.close()).catch(() => undefined));
  const url = started.then((one) => one.url);
  url.catch(() => undefined);
  return url;
}

async function open(afterwards: Afterwards, wish: Parameters<typeof openEndpoint>[0]): Promise<Endpoint> {
  const endpoint = await openEndpoint(wish);
  afterwards(() => endpoint.close());
  return endpoint;
}

/**
 * The registry under ECR's own name, where the hosts file leads that to loopback and its port can be had; docker
 * takes any certificate there.
 */
async function openRegistry(
  authority: Authority,
  afterwards: Afterwards,
): Promise<{ readonly name: string; readonly endpoint: Endpoint } | undefined> {
  const name = `${NAMES.account}.dkr.ecr.${NAMES.region}.amazonaws.com`;
  const host = await loopbackAddress(name);
  if (host === undefined) return undefined;
  const certificate = await authority.issue({ names: [name] });
  const endpoint = await open(afterwards, { host, port: 443, certificate }).catch(() => undefined);
  return endpoint && { name, endpoint };
}

/** Ends the scheduler and the health checks, then the tasks, then forgets the images. */
async function stopCloud(cloud: Cloud): Promise<void> {
  closeEcs(cloud);
  stopHealthChecks(cloud);
  await cloud.runtime.close();
  await cloud.ecr.blobs.close();
}

function balancerUrls({ httpsUrl, httpUrl }: Balancer): Pick<Ready, 'baseUrl' | 'httpUrl'> {
  return { baseUrl: httpsUrl, httpUrl };
}

function factsOf(
  targetGroup: string | null,
): Omit<
  Ready,
  'endpoint' | 'registry' | 'caFile' | 'baseUrl' | 'httpUrl' | 'role' | `github${string}` | `idToken${string}`
> {
  const { account, region, cluster, service, container, repository, logGroup } = NAMES;
  if (targetGroup === null) {
    const nothing = { cluster: null, service: null, container: null, repository: null, logGroup: null };
    return { region, account, ...nothing, targetGroup, candidate: null, candidateCommit: null };
  }
  const there = { cluster, service, container, repository, logGroup };
  const candidate = { candidate: `${repository}:${CANDIDATE.tag}`, candidateCommit: CANDIDATE.commit };
  return { region, account, ...there, targetGroup, ...candidate };
}
