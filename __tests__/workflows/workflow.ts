import { parse, parseAllDocuments, stringify } from 'yaml';
import { action, blocks, filesIn, PAGES } from '../pages.js';

/* What workflows are made of, as far as our tests look into them, and where there are some. */

/** This action in a workflow of any repository. */
export const OURS = 'mentalspace/deploy-backend';

/** A map whose values nobody has looked at. */
export type Values = Readonly<Record<string, unknown>>;

export interface Step {
  readonly id?: string;
  readonly if?: unknown;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Values;
  readonly env?: Values;
}

export interface Job {
  readonly environment?: unknown;
  readonly if?: unknown;
  readonly uses?: string;
  readonly with?: Values;
  readonly needs?: string | readonly string[];
  readonly steps?: readonly Step[];
  readonly permissions?: Values;
  readonly concurrency?: unknown;
  readonly 'timeout-minutes'?: unknown;
  readonly outputs?: Readonly<Record<string, string>>;
}

export interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

/** The files that are workflows: those of this project, and those that others copy. */
export const FILES = ['.github/workflows', 'examples/workflows'].flatMap(filesIn).sort();

/** A workflow by its text. */
export const read = (text: string): Workflow => parse(text) as Workflow;

/** The name of the action or workflow behind `uses`, without its version. */
export const nameOf = (uses: unknown): string => (typeof uses === 'string' ? (uses.split('@')[0] ?? '') : '');

/** Whether a step runs this action. */
export const isOurs = ({ uses }: Step): boolean => nameOf(uses) === OURS || uses === './';

const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSteps = (value: unknown): value is readonly Step[] =>
  Array.isArray(value) && value.every((item) => isMap(item) && ('uses' in item || 'run' in item));

/** The job that a page leaves out because it was shown before: a release, with every output. */
const ELSEWHERE: Job & { readonly 'runs-on': string } = {
  'runs-on': 'ubuntu-latest',
  outputs: Object.fromEntries(
    Object.keys(action.outputs).map((name) => [name, `\${{ steps.release.outputs.${name} }}`]),
  ),
  steps: [{ id: 'release', uses: `${OURS}@v1` }],
};

function withNeeds(jobs: Workflow['jobs']): Workflow['jobs'] {
  const needed = Object.values(jobs).flatMap(({ needs = [] }) => needs);
  const missing = needed.filter((name) => !(name in jobs));
  return { ...Object.fromEntries(missing.map((name) => [name, ELSEWHERE])), ...jobs };
}

/** Steps that look at a release which they do not show come after it. */
function withRelease(steps: readonly Step[]): readonly Step[] {
  const isShown = steps.some(({ id }) => id === 'release');
  return isShown ? steps : [{ id: 'release', uses: `${OURS}@v1` }, ...steps];
}

/**
 * The whole workflow that a block of YAML of a page is, or is a part of: jobs, a job, or its steps. Undefined when it is
 * none.
 */
export function asWorkflow(text: string): Workflow | undefined {
  const value: unknown = parse(text);
  if (isSteps(value)) return asWorkflow(stringify({ steps: withRelease(value) }));
  if (!isMap(value)) return undefined;
  const { on = 'push', jobs, steps, permissions, concurrency, ...rest } = value;
  if (isMap(jobs)) return { on, ...value, jobs: withNeeds(jobs as Workflow['jobs']) };
  if (!isSteps(steps)) return undefined;
  const job = {
    'runs-on': 'ubuntu-latest',
    ...rest,
    steps,
    ...(isMap(permissions) ? { permissions } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
  return { on, jobs: { job } };
}

/** Blocks of YAML on pages, with where they are. */
export const PAGE_BLOCKS = PAGES.flatMap((page) =>
  blocks(page, 'yaml', 'yml').flatMap((text, index) =>
    parseAllDocuments(text).length === 1 ? [{ place: `${page}, block ${String(index + 1)}`, text }] : [],
  ),
);
