import type { Container, Dependency } from './containers.js';
import type { Phase } from './container-tasks.js';

/** What can be started now, or why the rest never can. */
export interface Starts {
  readonly ready: readonly Container[];
  /** The agent's words for a dependency that can no longer be met ("agent/engine/dependencygraph"). */
  readonly failure?: string;
}

/** Looks at the containers of a task that still wait (Amazon ECS API Reference, ContainerDependency). */
export function nextStarts(
  containers: readonly Container[],
  phases: ReadonlyMap<string, Phase>,
  healthy: ReadonlySet<string>,
): Starts {
  const waiting = containers.filter(({ name }) => !phases.has(name));
  const stateOf = ({ container, condition }: Dependency) =>
    stateOfDependency(condition, phases.get(container), healthy.has(container));
  for (const { name, dependencies } of waiting) {
    const broken = dependencies.find((one) => stateOf(one) === 'broken');
    if (broken) {
      const failure =
        `dependency graph: failed to resolve container ordering dependency [${broken.container}] ` +
        `for target [${name}] as dependency did not exit successfully.`;
      return { ready: [], failure };
    }
  }
  return { ready: waiting.filter(({ dependencies }) => dependencies.every((one) => stateOf(one) === 'met')) };
}

function stateOfDependency(
  condition: Dependency['condition'],
  phase: Phase | undefined,
  healthy: boolean,
): 'met' | 'open' | 'broken' {
  const exited = phase?.name === 'exited';
  switch (condition) {
    case 'START':
      return exited || phase?.name === 'running' ? 'met' : 'open';
    case 'COMPLETE':
      return exited ? 'met' : 'open';
    case 'SUCCESS':
      if (!exited) return 'open';
      return phase.exitCode === 0 ? 'met' : 'broken';
    case 'HEALTHY':
      if (exited) return 'broken';
      return healthy ? 'met' : 'open';
  }
}
