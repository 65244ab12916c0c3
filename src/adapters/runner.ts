import type { Runner } from '../world.js';

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
