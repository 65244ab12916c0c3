import { networkMode } from '../ecs/registration.js';
import type { JsonObject } from '../json.js';
import { freePort } from './addresses.js';
import type { Container } from './containers.js';
import type { Binding } from './runtime.js';

/** The machine's own address: that of every task that has none of its own. */
export const LOCALHOST = '127.0.0.1';

/** Where a container is to listen. */
export interface Network {
  readonly environment: Readonly<Record<string, string>>;
  readonly bindings: readonly Binding[];
}

/**
 * Tells a container where to listen, because nothing here translates ports or gives it a network of its own:
 * `HOST` is the task's address; in bridge mode `PORT` is the machine's port that stands for its first port.
 */
export async function networkOf(definition: JsonObject, container: Container, ip: string): Promise<Network> {
  if (networkMode(definition) !== 'bridge') return { environment: { HOST: ip }, bindings: [] };
  const bindings: Binding[] = [];
  for (const { containerPort, hostPort, protocol } of container.ports) {
    const port = hostPort === 0 ? await freePort() : hostPort;
    bindings.push({ bindIP: '0.0.0.0', containerPort, hostPort: port, protocol });
  }
  const [first] = bindings;
  return { environment: { HOST: ip, ...(first ? { PORT: String(first.hostPort) } : {}) }, bindings };
}
