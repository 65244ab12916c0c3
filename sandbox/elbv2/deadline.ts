import type { Cloud } from '../cloud.js';

/** Nobody answered in time. */
export class TimedOut extends Error {
  constructor(seconds: number) {
    super(`no answer within ${seconds} s`);
  }
}

/**
 * Calls `work` after `seconds` of AWS time; the returned function cancels it. Programs of this machine do
 * not get faster with the pace: where they are asked, at least `floor` milliseconds of real time pass.
 */
export function afterPatience(cloud: Cloud, seconds: number, work: () => void, floor = 1_000): () => void {
  const started = Date.now();
  let timer: NodeJS.Timeout | undefined;
  const cancel = cloud.clock.after(seconds * 1_000, () => {
    const left = cloud.runtime.name === 'simulated' ? 0 : floor - (Date.now() - started);
    if (left <= 0) work();
    else timer = setTimeout(work, left);
  });
  return () => {
    cancel();
    clearTimeout(timer);
  };
}

/** The answer, or a rejection with `TimedOut` after `seconds` of AWS time. */
export async function withPatience<T>(cloud: Cloud, seconds: number, answer: Promise<T>): Promise<T> {
  let cancel = (): void => undefined;
  const expiry = new Promise<never>((_resolve, reject) => {
    cancel = afterPatience(cloud, seconds, () => reject(new TimedOut(seconds)));
  });
  try {
    return await Promise.race([answer, expiry]);
  } finally {
    cancel();
  }
}

/** Whether an exchange failed because it took too long, as our own deadline or a socket says it. */
export function isTimeout(error: unknown): boolean {
  if (error instanceof TimedOut) return true;
  if (!(error instanceof Error)) return false;
  return error.name === 'TimeoutError' || ('code' in error && error.code === 'ETIMEDOUT');
}
