import type { Picture } from './svg.js';

/** What a benchmark is told. */
export interface Asked {
  /** The program of Node that runs what is measured. */
  readonly node: string;
  /** Folder of the action.yml whose `dist` is measured. */
  readonly folder: string;
  /** Undefined: as many as the benchmark takes by itself. */
  readonly rounds: number | undefined;
  readonly seed: number;
  /** Folder of amazon-ecs-deploy-task-definition; undefined leaves it out. */
  readonly rival: string | undefined;
}

/** What a benchmark found: for people, for programs, and as pictures. */
export interface Found {
  readonly table: string;
  /** As JSON. */
  readonly figures: unknown;
  readonly pictures: readonly Picture[];
}

/** A benchmark. */
export interface Bench {
  /** What it measures, in a line or more. */
  readonly about: string;
  readonly run: (asked: Asked) => Promise<Found>;
}
