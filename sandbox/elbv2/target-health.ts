import { isIPv4 } from 'node:net';
import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { findTargetGroup } from './find.js';
import { HEALTH } from './health.js';
import { integer, invalid, requiredText, structures } from './input.js';
import type { Target, TargetGroup } from './state.js';
import { UnknownInstance, addressOf } from './target-address.js';
import { deregisterTarget, registerTarget, targetKey } from './targets.js';

/** The targets that a call names; a target without port means the group's. */
function targetsIn(group: TargetGroup, input: JsonObject): readonly Pick<Target, 'id' | 'port'>[] {
  return structures(input, 'Targets').map((one) => ({
    id: requiredText(one, 'Id'),
    port: integer(one, 'Port', [1, 65_535]) ?? group.port,
  }));
}

function register(cloud: Cloud, input: JsonObject): JsonObject {
  const group = findTargetGroup(cloud, requiredText(input, 'TargetGroupArn'));
  const targets = targetsIn(group, input);
  if (targets.length === 0) throw invalid('At least one target must be specified');
  for (const target of targets) checkTarget(cloud, group, target);
  for (const target of targets) registerTarget(cloud, group.arn, target);
  return {};
}

/** Throws `ValidationError` for an id that does not fit the group, `InvalidTarget` for an unknown instance. */
function checkTarget(cloud: Cloud, { targetType }: TargetGroup, { id }: Pick<Target, 'id'>): void {
  if (targetType === 'ip') {
    if (!isIPv4(id)) throw invalid(`The IP address '${id}' is not a valid IPv4 address`);
    return;
  }
  if (!/^i-[0-9a-f]+$/.test(id)) throw invalid(`Instance ID '${id}' is not valid`);
  try {
    addressOf(cloud, { id });
  } catch (error) {
    if (!(error instanceof UnknownInstance)) throw error;
    throw new AwsError(
      'InvalidTarget',
      `The following targets are not in a running state and cannot be registered: '${id}'`,
    );
  }
}

/** A target without port means every port under which that id is registered. */
function deregister(cloud: Cloud, input: JsonObject): JsonObject {
  const group = findTargetGroup(cloud, requiredText(input, 'TargetGroupArn'));
  const targets = structures(input, 'Targets');
  if (targets.length === 0) throw invalid('At least one target must be specified');
  for (const one of targets) {
    const [id, port] = [requiredText(one, 'Id'), integer(one, 'Port', [1, 65_535])];
    const meant = [...group.targets.values()].filter(
      (target) => target.id === id && (port === undefined || target.port === port),
    );
    for (const target of meant) deregisterTarget(cloud, group.arn, target);
  }
  return {};
}

function describe(cloud: Cloud, input: JsonObject): JsonObject {
  const group = findTargetGroup(cloud, requiredText(input, 'TargetGroupArn'));
  const wanted = targetsIn(group, input);
  const shown =
    wanted.length === 0
      ? [...group.targets.values()].map((target) => view(group, target))
      : wanted.map((one) =>
          view(group, group.targets.get(targetKey(one)) ?? { ...one, ...HEALTH.notRegistered }),
        );
  return { TargetHealthDescriptions: shown };
}

type Shown = Pick<Target, 'id' | 'port' | 'state'> & Partial<Target>;

function view(
  { healthCheck }: TargetGroup,
  { id, port, zone, state, reason, description }: Shown,
): JsonObject {
  return {
    Target: { Id: id, Port: port, ...(zone !== undefined && { AvailabilityZone: zone }) },
    HealthCheckPort: String(healthCheck.port ?? port),
    TargetHealth: { State: state, Reason: reason, Description: description },
    AnomalyDetection: { Result: 'normal', MitigationInEffect: 'no' },
    AdministrativeOverride: {
      State: 'no_override',
      Reason: 'AdministrativeOverride.NoOverride',
      Description: 'No override is currently active on target',
    },
  };
}

/** Registers and deregisters targets and shows their health. */
export const targetOperations: Operations = {
  RegisterTargets: register,
  DeregisterTargets: deregister,
  DescribeTargetHealth: describe,
};
