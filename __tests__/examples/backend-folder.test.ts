import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFile(`${ROOT}${path}`, 'utf8');
const readJson = async <T>(path: string) => JSON.parse(await read(path)) as T;

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Readonly<
    Record<string, Package & { readonly version: string; readonly resolved?: string }>
  >;
}

interface TaskDefinition {
  readonly containerDefinitions: readonly {
    readonly healthCheck: unknown;
    readonly portMappings: unknown;
    readonly environment: readonly { readonly name: string; readonly value: string }[];
    readonly secrets: readonly { readonly name: string }[];
  }[];
}

describe('the packages of the example', () => {
  it('are those that this project tests it with', async () => {
    const [root, example] = await Promise.all([
      readJson<Package>('package.json'),
      readJson<Package>('examples/backend/package.json'),
    ]);
    const wanted = { ...example.dependencies, ...example.devDependencies };
    expect(Object.keys(example.dependencies).sort()).toEqual(['express', 'helmet', 'pg']);
    expect({ ...root.dependencies, ...root.devDependencies }).toMatchObject(wanted);
  });

  it('are locked to the same versions, wherever they come from', async () => {
    const [example, lock] = await Promise.all([
      readJson<Package>('examples/backend/package.json'),
      readJson<Lockfile>('examples/backend/package-lock.json'),
    ]);
    const { '': self, ...packages } = lock.packages;
    expect(self).toMatchObject({
      dependencies: example.dependencies,
      devDependencies: example.devDependencies,
    });
    for (const [name, version] of Object.entries({ ...example.dependencies, ...example.devDependencies })) {
      expect(packages[`node_modules/${name}`]?.version).toBe(version);
    }
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });
});

describe('the task definition of the example', () => {
  it('checks health as the image does', async () => {
    const { containerDefinitions } = await readJson<TaskDefinition>('examples/backend/task-definition.json');
    expect(containerDefinitions).toHaveLength(1);
    expect(containerDefinitions[0]).toMatchObject({
      healthCheck: {
        command: ['CMD', 'node', 'dist/healthcheck.js'],
        interval: 30,
        timeout: 5,
        retries: 3,
        startPeriod: 60,
      },
      portMappings: [{ containerPort: 3001, protocol: 'tcp' }],
    });
    expect(await read('examples/backend/Dockerfile')).toContain(
      'HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "dist/healthcheck.js"]',
    );
  });

  it('gives what is secret as secrets only', async () => {
    const { containerDefinitions } = await readJson<TaskDefinition>('examples/backend/task-definition.json');
    const [container] = containerDefinitions;
    expect(container?.secrets.map(({ name }) => name)).toEqual(['DATABASE_URL', 'API_TOKEN']);
    expect(container?.environment.map(({ name }) => name)).toEqual(['CORS_ORIGINS']);
  });
});

describe('the Dockerfile of the example', () => {
  it('keeps the arguments of the builder out of the image', async () => {
    const [, builder = '', image = ''] = (await read('examples/backend/Dockerfile')).split(/^FROM .*$/m);
    expect(builder).toMatch(/^ARG NPM_REGISTRY$/m);
    expect(image).not.toMatch(/NPM_|CA_CERTS/);
    expect(image).toMatch(/^ARG GIT_SHA=unknown\nARG BUILD_TIME=unknown$/m);
    expect(image).toMatch(/^USER node$/m);
  });
});
