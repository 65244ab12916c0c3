/** A task that runs or is about to; what leaves is not the plan's business. */
export interface TaskView {
  readonly id: string;
  /** `starting` is PROVISIONING, PENDING or ACTIVATING. */
  readonly phase: 'starting' | 'running';
  readonly healthy: boolean;
  /** To be replaced: a health check failed. */
  readonly unhealthy: boolean;
}

/** A deployment and its tasks, oldest first. */
export interface DeploymentView {
  readonly id: string;
  /** How many tasks it should have. */
  readonly desired: number;
  readonly tasks: readonly TaskView[];
  /** False while starts are delayed after failures, and for one that was superseded unfinished or failed. */
  readonly mayStart: boolean;
  /** True for one that failed: its unhealthy tasks are not replaced, but stopped. */
  readonly failed: boolean;
}

/** Counts of tasks that the plan keeps to. */
export interface Bounds {
  /** Healthy tasks that must remain. */
  readonly minimum: number;
  /** Tasks that may run or be pending. */
  readonly maximum: number;
}

/** What is to be done now. */
export interface Plan {
  readonly stops: ReadonlySet<string>;
  readonly deployments: readonly PlannedDeployment[];
  /** True when tasks are wanted and the bounds allow no move. */
  readonly held: boolean;
}

export interface PlannedDeployment {
  readonly id: string;
  /** How many tasks it should have from now on. */
  readonly desired: number;
  readonly starts: number;
}

interface Row {
  readonly view: DeploymentView;
  desired: number;
  starts: number;
}

interface Draft {
  readonly bounds: Bounds;
  /** The PRIMARY one first. */
  readonly rows: readonly Row[];
  readonly stops: Set<string>;
}

/**
 * One step of the rolling update (Amazon ECS Developer Guide, "Deploy Amazon ECS services by replacing
 * tasks"): new tasks are started as far as the maximum allows; old ones are stopped as new ones become
 * healthy, or to make room, as far as the minimum allows. The PRIMARY deployment comes first, then the
 * others from new to old.
 */
export function planRollout(bounds: Bounds, primary: DeploymentView, older: readonly DeploymentView[]): Plan {
  const rows = [primary, ...older].map((view) => ({ view, desired: view.desired, starts: 0 }));
  const draft: Draft = { bounds, rows, stops: new Set() };
  const [first, ...others] = rows;
  handOver(primary, others);
  for (const row of rows) scaleIn(draft, row);
  for (const row of rows) replaceUnhealthy(draft, row);
  if (first) makeRoom(draft, first, others);
  for (const row of rows) row.starts = Math.max(0, Math.min(lacking(draft, row), room(draft)));
  const moves = draft.stops.size + rows.reduce((sum, { starts }) => sum + starts, 0);
  return {
    stops: draft.stops,
    deployments: rows.map(({ view, desired, starts }) => ({ id: view.id, desired, starts })),
    held: moves === 0 && first !== undefined && lacking(draft, first) > 0,
  };
}

/** Every healthy task of the PRIMARY deployment takes the place of an old one, of the oldest deployment first. */
function handOver(primary: DeploymentView, others: readonly Row[]): void {
  let places = Math.max(0, primary.desired - primary.tasks.filter(({ healthy }) => healthy).length);
  for (const row of others) {
    row.desired = Math.min(row.desired, places);
    places -= row.desired;
  }
}

/** Stops what a deployment has beyond what it should have. */
function scaleIn(draft: Draft, row: Row): void {
  const tasks = good(draft, row);
  const excess = tasks.length - row.desired;
  if (excess > 0)
    dispensable(tasks)
      .slice(0, excess)
      .forEach((task) => stop(draft, task));
}

/**
 * "Replace unhealthy tasks" (Amazon ECS Developer Guide, "Amazon ECS services"): the replacement is started
 * first, and the unhealthy task stopped when that is healthy; without room for it, or when the replacement
 * fails as well, an unhealthy task is stopped at once.
 */
function replaceUnhealthy(draft: Draft, row: Row): void {
  const unhealthy = remaining(draft, row).filter((task) => task.unhealthy);
  const healthy = good(draft, row).filter((task) => task.healthy).length;
  const replaced = unhealthy.length - (row.view.failed ? 0 : Math.max(0, row.desired - healthy));
  const inTheWay = lacking(draft, row) > 0 && room(draft) <= 0 ? 1 : 0;
  unhealthy.slice(0, Math.max(0, replaced, inTheWay)).forEach((task) => stop(draft, task));
}

/** Stops old tasks where the maximum leaves too few places for new ones. */
function makeRoom(draft: Draft, first: Row, others: readonly Row[]): void {
  for (const row of others.toReversed()) {
    for (const task of dispensable(remaining(draft, row))) {
      if (lacking(draft, first) <= room(draft)) return;
      if (stop(draft, task)) row.desired = Math.max(0, row.desired - 1);
    }
  }
}

/** Stops a task unless that would leave too few healthy ones; says whether it did. */
function stop(draft: Draft, task: TaskView): boolean {
  const healthy = draft.rows.flatMap((row) => remaining(draft, row)).filter((one) => one.healthy).length;
  if (task.healthy && healthy <= draft.bounds.minimum) return false;
  draft.stops.add(task.id);
  return true;
}

/** Those that serve least come first: not running, then unhealthy, then not yet healthy, then the oldest. */
function dispensable(tasks: readonly TaskView[]): readonly TaskView[] {
  const worth = (task: TaskView) =>
    task.phase === 'starting' ? 0 : task.unhealthy ? 1 : task.healthy ? 3 : 2;
  return tasks.toSorted((one, other) => worth(one) - worth(other));
}

/** How many tasks a deployment still has to start. */
function lacking(draft: Draft, row: Row): number {
  return row.view.mayStart ? Math.max(0, row.desired - good(draft, row).length) : 0;
}

/** How many more tasks may run or be pending. */
function room({ bounds, rows, stops }: Draft): number {
  const there = rows.flatMap(({ view }) => view.tasks).filter(({ id }) => !stops.has(id)).length;
  return bounds.maximum - there - rows.reduce((sum, { starts }) => sum + starts, 0);
}

function good(draft: Draft, row: Row): TaskView[] {
  return remaining(draft, row).filter(({ unhealthy }) => !unhealthy);
}

function remaining({ stops }: Draft, { view }: Row): TaskView[] {
  return view.tasks.filter(({ id }) => !stops.has(id));
}
