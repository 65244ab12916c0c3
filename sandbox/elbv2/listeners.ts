import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { readActions, viewAction } from './actions.js';
import { findListener, findLoadBalancer, rulesOf } from './find.js';
import { reviewUse } from './health-checks.js';
import { integer, invalid, oneOf, requiredText, structures, text, texts } from './input.js';
import { page } from './page.js';
import type { Listener } from './state.js';

function create(cloud: Cloud, input: JsonObject): JsonObject {
  const loadBalancer = findLoadBalancer(cloud, requiredText(input, 'LoadBalancerArn'));
  const port = integer(input, 'Port', [1, 65_535]);
  const protocol = oneOf(input, 'Protocol', ['HTTP', 'HTTPS'] as const);
  if (port === undefined || protocol === undefined) {
    throw invalid('A listener protocol and port must be specified');
  }
  const [first] = structures(input, 'Certificates');
  const certificate = first && text(first, 'CertificateArn');
  if (protocol === 'HTTPS' && certificate === undefined) {
    throw invalid('A certificate must be specified for HTTPS listeners');
  }
  const defaultActions = readActions(cloud, input, 'DefaultActions');
  const others = [...cloud.elb.listeners.values()].filter((one) => one.loadBalancer === loadBalancer.arn);
  if (others.some((one) => one.port === port)) {
    throw new AwsError(
      'DuplicateListener',
      `A listener already exists on this port for this load balancer '${loadBalancer.arn}'`,
    );
  }
  const listener: Listener = {
    arn: `${loadBalancer.arn.replace(':loadbalancer/', ':listener/')}/${cloud.ids.hex(16)}`,
    loadBalancer: loadBalancer.arn,
    port,
    protocol,
    ...(certificate !== undefined && { certificate }),
    defaultActions,
    attributes: {},
  };
  cloud.elb.listeners.set(listener.arn, listener);
  reviewUse(cloud);
  return { Listeners: [view(listener)] };
}

function describe(cloud: Cloud, input: JsonObject): JsonObject {
  const [arns, owner] = [texts(input, 'ListenerArns'), text(input, 'LoadBalancerArn')];
  if (arns.length > 0 === (owner !== undefined)) {
    throw invalid('You must specify either listener ARNs or a load balancer ARN');
  }
  const loadBalancer = owner === undefined ? undefined : findLoadBalancer(cloud, owner);
  const asked = loadBalancer
    ? [...cloud.elb.listeners.values()].filter((one) => one.loadBalancer === loadBalancer.arn)
    : arns.map((arn) => findListener(cloud, arn));
  const { part, rest } = page(input, asked);
  return { Listeners: part.map(view), ...rest };
}

/** Changes the default actions; port and protocol stay, because the balancer's own port hangs on them. */
function modify(cloud: Cloud, input: JsonObject): JsonObject {
  const listener = findListener(cloud, requiredText(input, 'ListenerArn'));
  if (structures(input, 'DefaultActions').length > 0) {
    listener.defaultActions = readActions(cloud, input, 'DefaultActions');
    reviewUse(cloud);
  }
  return { Listeners: [view(listener)] };
}

function remove(cloud: Cloud, input: JsonObject): JsonObject {
  const listener = findListener(cloud, requiredText(input, 'ListenerArn'));
  for (const rule of rulesOf(cloud, listener)) cloud.elb.rules.delete(rule.arn);
  cloud.elb.listeners.delete(listener.arn);
  reviewUse(cloud);
  return {};
}

function view(listener: Listener): JsonObject {
  return {
    ListenerArn: listener.arn,
    LoadBalancerArn: listener.loadBalancer,
    Port: listener.port,
    Protocol: listener.protocol,
    ...(listener.certificate !== undefined && {
      Certificates: [{ CertificateArn: listener.certificate }],
      SslPolicy: 'ELBSecurityPolicy-2016-08',
    }),
    DefaultActions: listener.defaultActions.map(viewAction),
  };
}

/** Creates, describes, changes and deletes listeners. */
export const listenerOperations: Operations = {
  CreateListener: create,
  DescribeListeners: describe,
  ModifyListener: modify,
  DeleteListener: remove,
};
