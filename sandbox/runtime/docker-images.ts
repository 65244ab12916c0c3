import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Cloud } from '../cloud.js';
import { PullFailure, pull } from '../ecr/pull.js';
import { isObject, text, texts } from '../ecs/fields.js';
import type { Json } from '../json.js';
import { EngineError, type DockerEngine } from './docker-engine.js';

/** An image that the engine has. */
export interface EngineImage {
  /** What ECS reports as `imageDigest`. */
  readonly digest: string;
  /** The reference under which the engine has it. */
  readonly reference: string;
}

/** The images that an engine was made to pull. */
export interface EngineImages {
  /** Rejects with a `PullFailure`. */
  fetch(image: string, architecture: string): Promise<EngineImage>;
  /** Takes the references away that were pulled from the sandbox's registry, which ends as well. */
  close(): Promise<void>;
}

/** Pulls images with the registry's own password; that registry says first what is wrong, in ECS's words. */
export function engineImages(cloud: Cloud, engine: DockerEngine): EngineImages {
  const password = randomBytes(24).toString('base64url');
  cloud.ecr.passwords.add(password);
  const pulled = new Set<string>();
  return {
    async fetch(image, architecture) {
      const own = image.startsWith(`${cloud.ecr.host}/`);
      const known = own ? await pull(cloud, image, architecture) : undefined;
      const { name, id } = split(image, known?.digest);
      const reference = id.startsWith('sha256:') ? `${name}@${id}` : `${name}:${id}`;
      const login = { username: 'AWS', password, serveraddress: cloud.ecr.host };
      await pullInto(
        engine,
        { fromImage: name, tag: id, platform: platformOf(architecture) },
        own ? login : {},
        image,
      );
      if (own) pulled.add(reference);
      return { digest: known?.digest ?? (await digestOf(engine, reference)), reference };
    },
    async close() {
      cloud.ecr.passwords.delete(password);
      for (const reference of pulled) {
        await engine.call('DELETE', `/images/${reference}`).catch(ignoreRefusal);
      }
    },
  };
}

/** A name and what follows it: the digest where there is one, else the tag. */
function split(image: string, digest: string | undefined): { readonly name: string; readonly id: string } {
  const [named = '', given] = image.split('@');
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const name = tagged ? named.slice(0, colon) : named;
  return { name, id: given ?? digest ?? (tagged ? named.slice(colon + 1) : 'latest') };
}

async function pullInto(
  engine: DockerEngine,
  query: Readonly<Record<string, string>>,
  login: Readonly<Record<string, string>>,
  image: string,
): Promise<void> {
  try {
    const progress = await engine.stream('POST', '/images/create', {
      query,
      headers: { 'x-registry-auth': encode(login) },
    });
    for await (const line of createInterface({ input: progress })) {
      const failure = failureIn(line);
      if (failure !== undefined) throw new EngineError(500, failure);
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new PullFailure(`failed to resolve ref ${image}: ${error.message}`);
  }
}

/** The engine wants the alphabet of base64url with the padding of base64, and takes all else for no login. */
function encode(login: Readonly<Record<string, string>>): string {
  const base64 = Buffer.from(JSON.stringify(login)).toString('base64');
  return base64.replaceAll('+', '-').replaceAll('/', '_');
}

/** The pull goes on as lines of JSON, and says in one of them that it failed. */
function failureIn(line: string): string | undefined {
  const told = JSON.parse(line || '{}') as Json;
  return isObject(told) ? text(told, 'error') : undefined;
}

async function digestOf(engine: DockerEngine, reference: string): Promise<string> {
  const found = await engine.call('GET', `/images/${reference}/json`);
  const [digest] = isObject(found) ? texts(found, 'RepoDigests') : [];
  return digest?.split('@')[1] ?? '';
}

function platformOf(architecture: string): string {
  return architecture === 'ARM64' ? 'linux/arm64' : 'linux/amd64';
}

/** What an engine refuses to remove is somebody else's by now. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof EngineError)) throw error;
}
