import type { Clock } from '../clock.js';
import type { HealthCheck } from './containers.js';

/** One look at a container's health that can be called off; resolves with whether it was good. */
export interface Probe {
  readonly result: Promise<boolean>;
  cancel(): void;
}

/** What is needed to watch a container's health. */
export interface HealthWatch {
  readonly clock: Clock;
  readonly check: HealthCheck;
  /** Begins a look that ends, not good, after `timeout` milliseconds of AWS time. */
  readonly probe: () => Probe;
  /** Called when the state changes. */
  readonly tell: (status: 'HEALTHY' | 'UNHEALTHY') => void;
}

/**
 * Checks a container as Docker does ("Dockerfile reference", HEALTHCHECK): first an interval after its start,
 * then an interval after each check has ended. Failures within the start period count only after a success.
 * Returns what ends it.
 */
export function watchHealth({ clock, check, probe, tell }: HealthWatch): () => void {
  const startedAt = clock.now();
  let failures = 0;
  let status: 'HEALTHY' | 'UNHEALTHY' | undefined;
  let over = false;
  let cancel = (): void => undefined;
  const become = (next: 'HEALTHY' | 'UNHEALTHY'): void => {
    if (status === next) return;
    status = next;
    tell(next);
  };
  const look = async (): Promise<void> => {
    const starting = status === undefined && clock.since(startedAt) < check.startPeriod;
    const current = probe();
    cancel = () => current.cancel();
    const good = await current.result;
    if (over) return;
    failures = good ? 0 : failures + (starting ? 0 : 1);
    if (good) become('HEALTHY');
    else if (failures >= check.retries) become('UNHEALTHY');
    wait();
  };
  const wait = (): void => {
    cancel = clock.after(check.interval, () => void look());
  };
  wait();
  return () => {
    over = true;
    cancel();
  };
}
