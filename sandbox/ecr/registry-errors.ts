import { AwsError } from '../errors.js';

/** An error as registries answer it (OCI distribution-spec, "Error Codes"). */
export class RegistryError extends Error {
  readonly status: number;
  readonly code: string;

  /** `code` is one of the specification's, e.g. `NAME_UNKNOWN`. */
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Status and code under which the registry tells what the API calls by an exception. */
const CODES: Readonly<Record<string, readonly [status: number, code: string]>> = {
  RepositoryNotFoundException: [404, 'NAME_UNKNOWN'],
  LayersNotFoundException: [400, 'MANIFEST_BLOB_UNKNOWN'],
  ReferencedImagesNotFoundException: [400, 'MANIFEST_BLOB_UNKNOWN'],
  ImageTagAlreadyExistsException: [400, 'TAG_INVALID'],
  ImageDigestDoesNotMatchException: [400, 'DIGEST_INVALID'],
  InvalidLayerException: [400, 'DIGEST_INVALID'],
  UploadNotFoundException: [404, 'BLOB_UPLOAD_UNKNOWN'],
  AccessDeniedException: [403, 'DENIED'],
  ThrottlingException: [429, 'TOOMANYREQUESTS'],
};

/** Any error in the registry's words; one that is nobody's fault but ours is `UNKNOWN` with status 500. */
export function asRegistryError(error: unknown): RegistryError {
  if (error instanceof RegistryError) return error;
  if (!(error instanceof AwsError)) {
    return new RegistryError(500, 'UNKNOWN', error instanceof Error ? error.message : String(error));
  }
  if (error.code === 'ExpiredTokenException') return tokenExpired();
  if (error.code === 'InvalidParameterException') return invalid(error.message);
  const [status, code] = CODES[error.code] ?? [500, 'UNKNOWN'];
  return new RegistryError(status, code, error.message);
}

/** What docker shows as `denied: Your authorization token has expired. Reauthenticate and try again.` */
export function tokenExpired(): RegistryError {
  return new RegistryError(
    403,
    'DENIED',
    'Your authorization token has expired. Reauthenticate and try again.',
  );
}

function invalid(message: string): RegistryError {
  if (message.includes("'repositoryName'")) return new RegistryError(400, 'NAME_INVALID', message);
  if (message.includes("'imageTag'")) return new RegistryError(400, 'TAG_INVALID', message);
  if (message.includes("'imageDigest'")) return new RegistryError(400, 'DIGEST_INVALID', message);
  return new RegistryError(400, 'MANIFEST_INVALID', message);
}
