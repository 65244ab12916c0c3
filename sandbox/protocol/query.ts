import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { requestId } from '../perform.js';
import { exchange } from './exchange.js';
import { parseForm } from './form.js';
import type { Operations, WireRequest, WireResponse } from './operation.js';
import { writeXml } from './xml.js';

/** A service that speaks the query protocol: form in, XML out. */
export interface QueryService {
  /** As IAM and the credential scope of a signature spell it: `elasticloadbalancing`. */
  readonly prefix: string;
  /** The API's date. */
  readonly version: string;
  /** Of the XML that it answers. */
  readonly namespace: string;
  readonly operations: Operations;
}

/** Everything of a call that its answer depends on. */
interface QueryCall {
  readonly service: QueryService;
  readonly action: string;
  readonly version: string | null;
}

/**
 * Answers a request of the query protocol (Smithy, "AWS query protocol") for the service that its signature
 * was made for, else for the one with its `Version`, else for the first.
 */
export function answerQuery(
  cloud: Cloud,
  services: readonly [QueryService, ...QueryService[]],
  request: WireRequest,
): Promise<WireResponse> {
  const form = formOf(request);
  const [action, version] = [form.get('Action') ?? '', form.get('Version')];
  const call = { service: serviceOf(services, request, version), action, version };
  const id = requestId(cloud);
  const name = `${call.service.prefix}:${action}`;
  return exchange(cloud, {
    action: name,
    read: () => ({
      action: name,
      input: inputOf(form),
      operation: operationOf(call),
      headers: request.headers,
    }),
    write: (output) => wire(200, id, success(call, output, id)),
    refuse(error) {
      const told = asQueryError(error, call);
      return wire(told.status, id, failure(call.service, told, id));
    },
  });
}

function formOf({ method, path, body }: WireRequest): URLSearchParams {
  return new URLSearchParams(method === 'GET' ? path.replace(/^[^?]*/, '') : body);
}

/** The parameters: everything but the two that name the operation. */
function inputOf(form: URLSearchParams): JsonObject {
  const parameters = [...form].filter(([name]) => name !== 'Action' && name !== 'Version');
  return parseForm(parameters);
}

function serviceOf(
  services: readonly [QueryService, ...QueryService[]],
  { headers }: WireRequest,
  version: string | null,
): QueryService {
  const scope = /Credential=[^/,]+\/[^/,]+\/[^/,]+\/([^/,]+)\//.exec(headers['authorization'] ?? '')?.[1];
  return (
    services.find(({ prefix }) => prefix === scope) ??
    services.find((service) => service.version === version) ??
    services[0]
  );
}

function operationOf({ service, action, version }: QueryCall) {
  const known = version === service.version && Object.hasOwn(service.operations, action);
  return known ? service.operations[action] : undefined;
}

/** General errors have other names and statuses than in the JSON services: "Common Errors" of the ELB API reference. */
const NAMES: Readonly<Record<string, { readonly code: string; readonly status: number }>> = {
  MissingAuthenticationTokenException: { code: 'MissingAuthenticationToken', status: 403 },
  UnrecognizedClientException: { code: 'InvalidClientTokenId', status: 403 },
  ExpiredTokenException: { code: 'ExpiredToken', status: 403 },
  InvalidSignatureException: { code: 'SignatureDoesNotMatch', status: 403 },
  AccessDeniedException: { code: 'AccessDenied', status: 403 },
  ExpiredWebIdentityToken: { code: 'ExpiredTokenException', status: 400 },
  ThrottlingException: { code: 'Throttling', status: 400 },
  ServerException: { code: 'InternalFailure', status: 500 },
};

function asQueryError(error: AwsError, { action, version }: QueryCall): AwsError {
  if (error.code === 'UnknownOperationException') return unknownOperation(action, version);
  const name = NAMES[error.code];
  return name ? new AwsError(name.code, error.message, name.status) : error;
}

/** Wording seen in aws/aws-cli#37. */
function unknownOperation(action: string, version: string | null): AwsError {
  if (!action) return new AwsError('MissingAction', 'The request must contain the parameter Action');
  const asked = version ?? 'NO_VERSION_SPECIFIED';
  return new AwsError('InvalidAction', `Could not find operation ${action} for version ${asked}`);
}

function success({ service, action }: QueryCall, output: JsonObject, id: string): string {
  return writeXml(`${action}Response`, service.namespace, {
    [`${action}Result`]: output,
    ResponseMetadata: { RequestId: id },
  });
}

function failure({ namespace }: QueryService, { status, code, message }: AwsError, id: string): string {
  return writeXml('ErrorResponse', namespace, {
    Error: { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message },
    RequestId: id,
  });
}

function wire(status: number, id: string, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': id }, body };
}
