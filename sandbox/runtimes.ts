import { join } from 'node:path';
import type { Cloud } from './cloud.js';
import { pull } from './ecr/pull.js';
import type { PacedClock } from './paced-clock.js';
import { claimAddresses } from './runtime/addresses.js';
import type { Script } from './runtime/behaviour.js';
import { dockerEngine, engineAnswers, type DockerEngine } from './runtime/docker-engine.js';
import { dockerRuntime } from './runtime/docker.js';
import { processRuntime } from './runtime/process.js';
import type { Runtime } from './runtime/runtime.js';
import { simulatedRuntime } from './runtime/simulated.js';

/** How tasks are to live. */
export interface RuntimeWish {
  readonly name: Runtime['name'];
  /** Where files may be kept. */
  readonly folder: string;
  /** How simulated tasks live. */
  readonly script: Script;
  readonly clock: PacedClock;
}

/** A runtime that only wants its cloud. */
export interface ChosenRuntime {
  readonly make: (cloud: Cloud) => Runtime;
  /** `bridge` where the system gives real tasks no addresses of their own. */
  readonly network: 'awsvpc' | 'bridge';
}

/** Finds out what the machine offers; rejects with a clear message when it cannot run such tasks. */
export async function chooseRuntime({ name, folder, script, clock }: RuntimeWish): Promise<ChosenRuntime> {
  if (name === 'simulated') {
    const make = (cloud: Cloud): Runtime =>
      simulatedRuntime({
        clock: cloud.clock,
        script,
        registry: { host: cloud.ecr.host, pull: (image, architecture) => pull(cloud, image, architecture) },
      });
    return { make, network: 'awsvpc' };
  }
  const engine = name === 'docker' ? await engineFor() : undefined;
  const addresses = await claimAddresses();
  const make = (cloud: Cloud): Runtime =>
    engine
      ? dockerRuntime(cloud, { engine, addresses, pace: () => clock.pace })
      : processRuntime(cloud, { folder: join(folder, 'images'), addresses });
  return { make, network: addresses ? 'awsvpc' : 'bridge' };
}

async function engineFor(): Promise<DockerEngine> {
  const engine = dockerEngine();
  if (await engineAnswers(engine)) return engine;
  throw new Error('No Docker Engine answers; start one, or say with DOCKER_HOST where its socket is.');
}
