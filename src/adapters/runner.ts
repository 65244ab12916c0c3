import type { Environment, Runner } from '../world.js';

/** The runner's file commands, through @actions/core, which is loaded on first use. */
export const runner: Runner = {
  async output(name, value) {
    const core = await import('@actions/core');
    core.setOutput(name, value);
  },
  async save(name, value) {
    const core = await import('@actions/core');
    core.saveState(name, value);
  },
  async summary(markdown) {
    const core = await import('@actions/core');
    await core.summary.addRaw(markdown, true).write();
  },
};

/**
 * Stands in for the runner by hand: what is saved is kept in `state`, as the post step would get it. Outputs go to the file
 * for them where a workflow's script has one.
 */
export function byHand(env: Environment, state: Map<string, string>): Runner {
  return {
    output: env['GITHUB_OUTPUT'] ? (name, value) => runner.output(name, value) : () => Promise.resolve(),
    save: (name, value) => Promise.resolve(void state.set(`STATE_${name}`, value)),
    summary: () => Promise.resolve(),
  };
}
