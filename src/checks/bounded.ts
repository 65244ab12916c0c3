import type { SendHttp } from '../world.js';

/** The same, but never more than so many exchanges with one host at a time; the others wait their turn. */
export function bounded(http: SendHttp, most: number): SendHttp {
  const hosts = new Map<string, Host>();
  return async (request) => {
    const { host } = new URL(request.url);
    const queue = hosts.get(host) ?? { running: 0, waiting: [] };
    hosts.set(host, queue);
    if (queue.running >= most) await new Promise<void>((resolve) => queue.waiting.push(resolve));
    else queue.running++;
    try {
      return await http(request);
    } finally {
      // Whoever waits takes the place over, so that nobody slips in between.
      const next = queue.waiting.shift();
      if (next) next();
      else queue.running--;
    }
  };
}

interface Host {
  running: number;
  readonly waiting: (() => void)[];
}
