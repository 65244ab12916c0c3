import type { Cloud } from '../cloud.js';
import type { Behaviour } from '../runtime/behaviour.js';
import type { ServiceWish } from '../seed.js';

/** What the ready-made world is like, and what happens in it when somebody releases. */
export interface Scenario {
  /** One line for whoever chooses. */
  readonly description: string;
  /** What the service is made with beside the usual. */
  readonly service?: Partial<Pick<ServiceWish, 'desiredCount' | 'healthCheck' | 'settings'>>;
  /** What the service runs at first; absent: the example backend. */
  readonly first?: Program;
  /** The service cannot become steady with what it runs at first, so nobody waits for it. */
  readonly neverSteady?: true;
  /** What the image to release runs; absent: the example backend. */
  readonly candidate?: Program;
  /** Sets up what happens; called when the world is ready. */
  readonly begin?: (stage: Stage) => void | Promise<void>;
}

/** What an image runs. */
export interface Program {
  /**
   * Its command where programs really run, in a folder with the example backend; `pace` is how much faster than on AWS
   * time passes, because programs do not get faster with it.
   */
  readonly command: (pace: number) => readonly string[];
  /** How it lives under the simulated runtime. */
  readonly behaviour: Behaviour;
}

/** Where a scenario happens. */
export interface Stage {
  readonly cloud: Cloud;
  /** How simulated tasks live. */
  readonly script: Map<string, Behaviour>;
  readonly pace: number;
  /** Digest of the image that the service runs at first. */
  readonly first: string;
  /** Digest of the image to release. */
  readonly candidate: string;
}

/** Tells the simulated runtime what the images of a scenario run; before the service is made. */
export function cast({ first, candidate }: Scenario, stage: Omit<Stage, 'pace'>): void {
  if (first) stage.script.set(stage.first, first.behaviour);
  if (candidate) stage.script.set(stage.candidate, candidate.behaviour);
}
