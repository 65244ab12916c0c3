import { readImage } from '../../src/adapters/aws/stored-image.js';
import { parseImageReference } from '../../src/model/image.js';
import { registryFor, type Registry } from '../../src/steps/preflight/find-image.js';
import type { Account } from './account.js';
import { NotAsked, relyOn, refusalOf, shown, type Case } from './case.js';
import { NOBODY } from './reads-of-services.js';

/* What we rely on of ECR, asked of the repository whose image runs. Nothing is changed. */

const NO_DIGEST = `sha256:${'0'.repeat(64)}`;

async function openedRegistry({ aws, image }: Account): Promise<Registry> {
  const registry = await registryFor(aws, parseImageReference(image));
  if (!registry) throw new NotAsked('The image that runs is not in ECR.');
  return registry;
}

const image: Case = {
  name: 'the image that runs, in ECR',
  file: 'src/adapters/aws/stored-image.ts',
  async ask(account, note) {
    const { ecr, repository } = await openedRegistry(account);
    const { digest, tag } = parseImageReference(account.image);
    const id = digest === undefined ? { tag: tag ?? 'latest' } : { digest };
    const stored = await readImage(account.world, ecr, repository, id);
    relyOn(stored !== undefined, 'ECR has no such image.');
    note(`${String(stored.acceptedDigests.length)} digests, ${stored.architectures.join(', ')}`);
    note(`labels: ${Object.keys(stored.labels).join(', ') || 'none'}`);
    relyOn(
      (await ecr.digest(repository, id)) === stored.digest,
      'DescribeImages and BatchGetImage name different digests.',
    );
  },
};

const missing: Case = {
  name: 'an image that is not in ECR',
  file: 'src/adapters/aws/ecr.ts',
  async ask(account, note) {
    const { ecr, repository } = await openedRegistry(account);
    for (const id of [{ tag: NOBODY }, { digest: NO_DIGEST }]) {
      relyOn((await ecr.digest(repository, id)) === undefined, 'DescribeImages finds it.');
      relyOn((await ecr.manifest(repository, id)) === undefined, 'BatchGetImage finds it.');
    }
    const address = { name: NOBODY, host: undefined, account: repository.account, region: undefined };
    const refused = await refusalOf(ecr.repository(address));
    note(`a repository that is not there: ${shown(refused)}`);
    relyOn(refused?.name === 'RepositoryNotFoundException', 'It is told by another error.');
  },
};

const token: Case = {
  name: 'a token for the registry',
  file: 'src/adapters/aws/ecr.ts',
  async ask(account, note) {
    const { ecr } = await openedRegistry(account);
    // It is neither kept nor shown.
    await ecr.password(() => undefined);
    note('it holds a password for the user AWS');
  },
};

export const IMAGE_READS: readonly Case[] = [image, missing, token];
