import { AwsError } from '../errors.js';

/** A parameter that ECR does not take (ECR API Reference, "Common Errors"; wording as the service answers). */
export function invalidParameter(member: string, constraint: string): AwsError {
  return new AwsError(
    'InvalidParameterException',
    `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`,
  );
}

/** A repository that is not there. */
export function repositoryNotFound(name: string, registryId: string): AwsError {
  return new AwsError(
    'RepositoryNotFoundException',
    `The repository with name '${name}' does not exist in the registry with id '${registryId}'`,
  );
}
