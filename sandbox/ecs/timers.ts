import type { Cloud } from '../cloud.js';

/** Calls `work` after `ms` milliseconds of AWS time, unless ECS is closed before; the function returned cancels it. */
export function later({ clock, ecs }: Cloud, ms: number, work: () => void): () => void {
  if (ecs.closed) return () => undefined;
  const stop = clock.after(ms, () => {
    ecs.waiting.delete(cancel);
    work();
  });
  const cancel = (): void => {
    ecs.waiting.delete(cancel);
    stop();
  };
  ecs.waiting.add(cancel);
  return cancel;
}

/** Ends the scheduler for good; what runs goes on until the runtime is closed. */
export function closeEcs({ ecs }: Cloud): void {
  ecs.closed = true;
  for (const cancel of ecs.waiting) cancel();
}
