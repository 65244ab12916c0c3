import type { Call, Cloud } from '../cloud.js';
import { clusterNameOf, nameOf } from '../ecs/arns.js';
import { objects, text, texts } from '../ecs/fields.js';
import type { JsonObject } from '../json.js';
import type { AuthorizationRequest, Context } from './policy.js';

/** Where a call is made. */
export type Place = Pick<Cloud, 'account' | 'region'>;

/**
 * What AWS asks of the caller's policies for a call; all of it has to be allowed, and none is asked for some calls. The
 * resources are those of the Service Authorization Reference, but for what is said otherwise; a call of which nothing is
 * known here is asked for on `*`, which no resource allows but `*`.
 */
export function authorizationsOf(
  place: Place,
  { action, input }: Pick<Call, 'action' | 'input'>,
): readonly AuthorizationRequest[] {
  const authorize = Object.hasOwn(AUTHORIZATIONS, action) ? AUTHORIZATIONS[action] : undefined;
  return authorize
    ? authorize(input, place).map(({ also, ...asked }) => ({ action: also ?? action, context: {}, ...asked }))
    : [{ action, resource: '*', context: {} }];
}

/** A request for the call's own action, or for another one that it needs as well. */
interface Asked {
  readonly resource: string;
  readonly also?: string;
  readonly context?: Context;
}

type Authorize = (input: JsonObject, place: Place) => readonly Asked[];

/**
 * Images are pushed and pulled under the names of the API (ECR User Guide, "IAM permissions for pushing an image" and
 * "Amazon ECR private repository policies").
 */
const REPOSITORY_ACTIONS = [
  ...['DescribeImages', 'ListImages', 'BatchGetImage', 'GetDownloadUrlForLayer', 'PutImage'],
  ...['BatchCheckLayerAvailability', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload'],
];

const AUTHORIZATIONS: Readonly<Record<string, Authorize>> = {
  'ecs:DescribeServices': (input, place) =>
    texts(input, 'services').map((service) => onService(place, clusterOf(input), service)),
  'ecs:ListServiceDeployments': (input, place) => [
    onService(place, clusterOf(input), text(input, 'service') ?? ''),
  ],
  'ecs:UpdateService': updateService,
  'ecs:DescribeServiceDeployments': (input) => texts(input, 'serviceDeploymentArns').flatMap(withService),
  'ecs:DescribeServiceRevisions': (input) => texts(input, 'serviceRevisionArns').flatMap(withService),
  'ecs:StopServiceDeployment': (input) => withService(text(input, 'serviceDeploymentArn') ?? ''),
  // The reference names container instances, AWS asks for `*` where none is given (cdklabs/construct-hub#1207).
  'ecs:ListTasks': (input, place) => [
    { resource: '*', context: { 'ecs:cluster': ecsArn(place, `cluster/${clusterOf(input)}`) } },
  ],
  'ecs:DescribeTasks': (input, place) => inCluster('task', texts(input, 'tasks'), input, place),
  'ecs:DescribeContainerInstances': (input, place) =>
    inCluster('container-instance', texts(input, 'containerInstances'), input, place),
  'ecs:RegisterTaskDefinition': registerTaskDefinition,
  'ecs:TagResource': (input) => [{ resource: text(input, 'resourceArn') ?? '' }],
  'ecr:DescribeRepositories': (input, place) =>
    texts(input, 'repositoryNames').map((name) => onRepository(input, name, place)),
  ...Object.fromEntries(
    REPOSITORY_ACTIONS.map((action): [string, Authorize] => [
      `ecr:${action}`,
      (input, place) => [onRepository(input, text(input, 'repositoryName') ?? '', place)],
    ]),
  ),
  'logs:GetLogEvents': (input, { region, account }) => {
    const stream = `log-group:${text(input, 'logGroupName') ?? ''}:log-stream:${text(input, 'logStreamName') ?? ''}`;
    return [{ resource: `arn:aws:logs:${region}:${account}:${stream}` }];
  },
  // "No permissions are required to perform this operation" (AWS STS API Reference, GetCallerIdentity).
  'sts:GetCallerIdentity': () => [],
  // Its caller has no policy yet: the role's trust policy is asked.
  'sts:AssumeRoleWithWebIdentity': () => [],
};

/**
 * A service does not pass the roles of its task definition: the Service Authorization Reference names no dependent action
 * for UpdateService, and only roles in the request itself would be passed (Amazon ECS API Reference, UpdateService).
 */
function updateService(input: JsonObject, place: Place): readonly Asked[] {
  const { resource, context } = onService(place, clusterOf(input), text(input, 'service') ?? '');
  const revision = text(input, 'taskDefinition');
  const named = revision && { 'ecs:task-definition': ecsArn(place, `task-definition/${nameOf(revision)}`) };
  return [{ resource, context: { ...context, ...(named || {}) } }];
}

/**
 * A revision has no ARN before it is registered. The Service Authorization Reference lists task definitions as its resource
 * nevertheless, whereas the developer guide says "Task definition IAM policies do not support resource-level permissions",
 * AWS grants it on `*` itself (CodePipeline User Guide, "Amazon ECS deploy action reference") and denials name `*`. Roles
 * are passed, and tags need a
 * permission of their own (Amazon ECS Developer Guide, "Grant permission to tag resources on creation").
 */
function registerTaskDefinition(input: JsonObject, place: Place): readonly Asked[] {
  const roles = ['taskRoleArn', 'executionRoleArn'].flatMap((field) => text(input, field) ?? []);
  const tagged = objects(input, 'tags').length > 0;
  return [
    { resource: '*' },
    ...roles.map((role) => ({
      also: 'iam:PassRole',
      resource: role.startsWith('arn:') ? role : `arn:aws:iam::${place.account}:role/${role}`,
      context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    })),
    ...(tagged
      ? [
          {
            also: 'ecs:TagResource',
            resource: ecsArn(place, `task-definition/${text(input, 'family') ?? ''}:*`),
            context: { 'ecs:CreateAction': 'RegisterTaskDefinition' },
          },
        ]
      : []),
  ];
}

function onService(place: Place, cluster: string, service: string): Required<Omit<Asked, 'also'>> {
  return {
    resource: ecsArn(place, `service/${cluster}/${nameOf(service)}`),
    context: { 'ecs:cluster': ecsArn(place, `cluster/${cluster}`) },
  };
}

/** A service deployment or revision, and the service that it is of: the reference requires both. */
function withService(arn: string): readonly Asked[] {
  const [, , , region = '', account = ''] = arn.split(':');
  const [, , service = ''] = arn.split('/');
  const { resource, context } = onService({ region, account }, clusterNameOf(arn) ?? '', service);
  return [
    { resource, context },
    { resource: arn, context: { ...context, 'ecs:service': resource } },
  ];
}

function inCluster(
  kind: string,
  references: readonly string[],
  input: JsonObject,
  place: Place,
): readonly Asked[] {
  const cluster = clusterOf(input);
  return references.map((reference) => ({
    resource: ecsArn(place, `${kind}/${cluster}/${nameOf(reference)}`),
    context: { 'ecs:cluster': ecsArn(place, `cluster/${cluster}`) },
  }));
}

function onRepository(input: JsonObject, name: string, { region, account }: Place): Asked {
  return { resource: `arn:aws:ecr:${region}:${text(input, 'registryId') ?? account}:repository/${name}` };
}

function clusterOf(input: JsonObject): string {
  return nameOf(text(input, 'cluster') ?? 'default');
}

function ecsArn({ region, account }: Place, path: string): string {
  return `arn:aws:ecs:${region}:${account}:${path}`;
}
