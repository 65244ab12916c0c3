import { readFile } from 'node:fs/promises';

/**
 * The loopback address that this machine's hosts file gives a name, or undefined. The file is read, and no name
 * server asked, because the name may be AWS's and nothing of the sandbox leaves the machine.
 */
export async function loopbackAddress(name: string, file = '/etc/hosts'): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim().split(/\s+/));
  const [address] = lines.find(([, ...names]) => names.includes(name)) ?? [];
  return address !== undefined && /^127\.\d+\.\d+\.\d+$/.test(address) ? address : undefined;
}
