import type { Cloud } from '../cloud.js';
import { flag, objects, present, text, texts, timestamp } from '../ecs/fields.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { pageOf } from './paging.js';
import { invalidParameter, repositoryNotFound } from './refusals.js';
import type { Mutability, Repository } from './state.js';

/** ECR API Reference, CreateRepository, `repositoryName`: pattern, and 2 to 256 characters. */
const NAME = '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*';
const NAME_PATTERN = new RegExp(`^${NAME}$`);

const MUTABILITIES: readonly Mutability[] = [
  'MUTABLE',
  'IMMUTABLE',
  'MUTABLE_WITH_EXCLUSION',
  'IMMUTABLE_WITH_EXCLUSION',
];

/** What a new repository is like. */
export interface RepositoryWish {
  readonly mutability?: Mutability;
  readonly exclusions?: readonly string[];
}

/**
 * Makes an empty repository. Throws `InvalidParameterException` for its name and
 * `RepositoryAlreadyExistsException`.
 */
export function createRepository(cloud: Cloud, name: string, wish: RepositoryWish = {}): Repository {
  const { account, clock, ecr, region } = cloud;
  checkName(name);
  if (ecr.repositories.has(name)) {
    throw new AwsError(
      'RepositoryAlreadyExistsException',
      `The repository with name '${name}' already exists in the registry with id '${account}'`,
    );
  }
  const repository: Repository = {
    name,
    arn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
    uri: `${ecr.host}/${name}`,
    createdAt: clock.now(),
    mutability: wish.mutability ?? 'MUTABLE',
    exclusions: wish.exclusions ?? [],
    manifests: new Map(),
    tags: new Map(),
    layers: new Set(),
  };
  ecr.repositories.set(name, repository);
  return repository;
}

/** A repository by name. Throws `InvalidParameterException` or `RepositoryNotFoundException`. */
export function findRepository(cloud: Cloud, name: string, registryId = cloud.account): Repository {
  checkName(name);
  const repository = registryId === cloud.account ? cloud.ecr.repositories.get(name) : undefined;
  if (!repository) throw repositoryNotFound(name, registryId);
  return repository;
}

/** The repository that a request means by `repositoryName` and `registryId`. */
export function repositoryOf(cloud: Cloud, input: JsonObject): Repository {
  return findRepository(cloud, text(input, 'repositoryName') ?? '', text(input, 'registryId'));
}

/** Whether a tag that exists can never point to another image (ECR User Guide, "Preventing image tags from being overwritten"). */
export function isImmutable({ mutability, exclusions = [] }: Repository, tag: string): boolean {
  const excluded = mutability.endsWith('_WITH_EXCLUSION') && exclusions.some((one) => matches(one, tag));
  return mutability.startsWith('IMMUTABLE') !== excluded;
}

/** ECR's operations on repositories. */
export const repositoryOperations: Operations = {
  CreateRepository(cloud, input) {
    const repository = createRepository(cloud, text(input, 'repositoryName') ?? '', wishOf(input));
    return { repository: describe(cloud, repository) };
  },

  DescribeRepositories(cloud, input) {
    const names = texts(input, 'repositoryNames');
    const registryId = text(input, 'registryId') ?? cloud.account;
    const all = registryId === cloud.account ? [...cloud.ecr.repositories.values()] : [];
    const found = names.length > 0 ? names.map((name) => findRepository(cloud, name, registryId)) : all;
    const { items, rest } = pageOf(found, input, names.length > 0);
    return { repositories: items.map((one) => describe(cloud, one)), ...rest };
  },

  DeleteRepository(cloud, input) {
    const repository = repositoryOf(cloud, input);
    if (repository.manifests.size > 0 && flag(input, 'force') !== true) {
      throw new AwsError(
        'RepositoryNotEmptyException',
        `The repository with name '${repository.name}' in registry with id '${cloud.account}' ` +
          'cannot be deleted because it still contains images',
      );
    }
    cloud.ecr.repositories.delete(repository.name);
    return { repository: describe(cloud, repository) };
  },

  PutImageTagMutability(cloud, input) {
    const repository = repositoryOf(cloud, input);
    const { mutability = 'MUTABLE', exclusions = [] } = wishOf(input);
    Object.assign(repository, { mutability, exclusions });
    return {
      registryId: cloud.account,
      repositoryName: repository.name,
      imageTagMutability: mutability,
      ...filtersOf(repository),
    };
  },
};

function describe(cloud: Cloud, repository: Repository): JsonObject {
  return present({
    repositoryArn: repository.arn,
    registryId: cloud.account,
    repositoryName: repository.name,
    repositoryUri: repository.uri,
    createdAt: timestamp(repository.createdAt),
    imageTagMutability: repository.mutability,
    ...filtersOf(repository),
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  });
}

function filtersOf({ exclusions = [] }: Repository): JsonObject {
  if (exclusions.length === 0) return {};
  return {
    imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({ filterType: 'WILDCARD', filter })),
  };
}

function wishOf(input: JsonObject): RepositoryWish {
  const asked = text(input, 'imageTagMutability') ?? 'MUTABLE';
  const mutability = MUTABILITIES.find((one) => one === asked);
  if (!mutability) {
    throw invalidParameter('imageTagMutability', `must satisfy enum value set: [${MUTABILITIES.join(', ')}]`);
  }
  const filters = objects(input, 'imageTagMutabilityExclusionFilters');
  return { mutability, exclusions: filters.map((one) => text(one, 'filter') ?? '') };
}

function checkName(name: string): void {
  if (name.length < 2)
    throw invalidParameter('repositoryName', 'must have length greater than or equal to 2');
  if (name.length > 256) {
    throw invalidParameter('repositoryName', 'must have length less than or equal to 256');
  }
  if (!NAME_PATTERN.test(name)) {
    throw invalidParameter('repositoryName', `must satisfy regular expression '${NAME}'`);
  }
}

function matches(wildcard: string, tag: string): boolean {
  const parts = wildcard.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(tag);
}
