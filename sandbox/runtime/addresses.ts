import { createServer, type Server } from 'node:net';

/** Loopback addresses of this process alone, one for each task in awsvpc mode. */
export interface Addresses {
  /** An address that no task has; throws when all 250 are taken. */
  take(): string;
  give(address: string): void;
  /** Gives all of them back to the machine. */
  close(): Promise<void>;
}

/** Where a process shows that a block is taken; nothing else of the sandbox listens on the last address. */
const CLAIM_PORT = 4_567;
/** Blocks are 127.64.0.0/24 to 127.127.255.0/24. */
const BLOCKS = 64 * 256;
const TASKS_PER_BLOCK = 250;

/**
 * Claims a block of 127.0.0.0/8 for this process by listening on its last address, so that sandboxes side by
 * side never meet. Undefined where the system has no such addresses: only Linux has them without being told.
 */
export async function claimAddresses(): Promise<Addresses | undefined> {
  for (let attempt = 0; attempt < 64; attempt++) {
    const block = (process.pid + attempt * 7_919) % BLOCKS;
    const network = `127.${64 + (block >> 8)}.${block & 255}`;
    const claim = await listen(`${network}.254`, CLAIM_PORT);
    if (claim === 'no such address') return undefined;
    if (claim !== 'taken') return addressesIn(network, claim);
  }
  return undefined;
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = await listen('127.0.0.1', 0);
  if (typeof server === 'string') throw new Error('127.0.0.1 has no free port.');
  const address = server.address();
  await closed(server);
  return typeof address === 'object' && address ? address.port : 0;
}

function addressesIn(network: string, claim: Server): Addresses {
  const taken = new Set<string>();
  let last = 0;
  return {
    take() {
      for (let step = 0; step < TASKS_PER_BLOCK; step++) {
        last = (last % TASKS_PER_BLOCK) + 1;
        const address = `${network}.${last}`;
        if (taken.has(address)) continue;
        taken.add(address);
        return address;
      }
      throw new Error('Timeout waiting for network interface provisioning to complete.');
    },
    give: (address) => void taken.delete(address),
    close: () => closed(claim),
  };
}

function listen(host: string, port: number): Promise<Server | 'no such address' | 'taken'> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL') resolve('no such address');
      else if (error.code === 'EADDRINUSE') resolve('taken');
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => resolve(server));
    server.unref();
  });
}

async function closed(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
