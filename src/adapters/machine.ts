import type { Environment, World } from '../world.js';
import { clock } from './clock.js';
import { realFiles } from './files.js';
import { sendHttp } from './http.js';
import { runnerLog } from './log.js';
import { processRunner } from './process.js';
import { runner } from './runner.js';

/** The real world: this machine, this process, the network. */
export function machine(env: Environment, workspace: string, signal: AbortSignal): World {
  return {
    clock,
    random: Math.random,
    env,
    run: processRunner(env, workspace),
    files: realFiles(env, workspace),
    http: sendHttp,
    log: runnerLog((text) => process.stdout.write(text)),
    runner,
    signal,
  };
}
