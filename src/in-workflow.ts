import type { Environment } from './world.js';

/** Whether a workflow runs the process: GitHub sets `GITHUB_ACTIONS` to `true` there, and nowhere else (docs "Variables reference"). */
export function inWorkflow(env: Environment): boolean {
  return env['GITHUB_ACTIONS'] === 'true';
}
