import { createHash } from 'node:crypto';
import type { Cloud } from '../cloud.js';
import { AwsError } from '../errors.js';
import type { JsonObject } from '../json.js';
import type { Operations } from '../protocol/operation.js';
import { readActions, viewAction } from './actions.js';
import { findListener, findRule, rulesOf } from './find.js';
import { reviewUse } from './health-checks.js';
import { integer, invalid, requiredText, structure, structures, text, texts } from './input.js';
import { page } from './page.js';
import type { Listener, Rule } from './state.js';

function create(cloud: Cloud, input: JsonObject): JsonObject {
  const listener = findListener(cloud, requiredText(input, 'ListenerArn'));
  const priority = integer(input, 'Priority', [1, 50_000]);
  if (priority === undefined) throw invalid('A rule priority must be specified');
  const conditions = readConditions(input);
  const actions = readActions(cloud, input, 'Actions');
  if (rulesOf(cloud, listener).some((one) => one.priority === String(priority))) {
    throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
  }
  const rule: Rule = {
    arn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${cloud.ids.hex(16)}`,
    listener: listener.arn,
    priority: String(priority),
    ...conditions,
    actions,
  };
  cloud.elb.rules.set(rule.arn, rule);
  reviewUse(cloud);
  return { Rules: [view(rule)] };
}

/** Conditions on path and host; the others of RuleCondition are refused, because nothing here acts on them. */
function readConditions(input: JsonObject): Pick<Rule, 'pathPatterns' | 'hostHeaders'> {
  const conditions = structures(input, 'Conditions').map((one) => ({
    field: text(one, 'Field') ?? (structure(one, 'HostHeaderConfig') ? 'host-header' : 'path-pattern'),
    values: [
      ...texts(one, 'Values'),
      ...texts(structure(one, 'PathPatternConfig') ?? {}, 'Values'),
      ...texts(structure(one, 'HostHeaderConfig') ?? {}, 'Values'),
    ],
  }));
  if (conditions.length === 0) throw invalid('A condition must be specified');
  for (const { field, values } of conditions) {
    if (field !== 'path-pattern' && field !== 'host-header') {
      throw invalid(
        `Condition field '${field}' must be one of '[path-pattern, host-header]' in the local AWS`,
      );
    }
    if (values.length === 0) throw invalid('A condition value must be specified');
  }
  const valuesOf = (wanted: string): readonly string[] =>
    conditions.filter(({ field }) => field === wanted).flatMap(({ values }) => values);
  return { pathPatterns: valuesOf('path-pattern'), hostHeaders: valuesOf('host-header') };
}

function describe(cloud: Cloud, input: JsonObject): JsonObject {
  const [arns, owner] = [texts(input, 'RuleArns'), text(input, 'ListenerArn')];
  if (arns.length > 0 === (owner !== undefined)) {
    throw invalid('You must specify either listener rule ARNs or a listener ARN');
  }
  const listener = owner === undefined ? undefined : findListener(cloud, owner);
  const asked = listener
    ? [...rulesOf(cloud, listener).map(view), viewDefault(listener)]
    : arns.map((arn) => view(findRule(cloud, arn)));
  const { part, rest } = page(input, asked);
  return { Rules: part, ...rest };
}

function modify(cloud: Cloud, input: JsonObject): JsonObject {
  const rule = findRule(cloud, requiredText(input, 'RuleArn'));
  const conditions = structures(input, 'Conditions').length > 0 ? readConditions(input) : {};
  const actions =
    structures(input, 'Actions').length > 0 ? readActions(cloud, input, 'Actions') : rule.actions;
  const changed: Rule = { ...rule, ...conditions, actions };
  cloud.elb.rules.set(rule.arn, changed);
  reviewUse(cloud);
  return { Rules: [view(changed)] };
}

function remove(cloud: Cloud, input: JsonObject): JsonObject {
  const rule = findRule(cloud, requiredText(input, 'RuleArn'));
  cloud.elb.rules.delete(rule.arn);
  reviewUse(cloud);
  return {};
}

function view(rule: Rule): JsonObject {
  const condition = (field: string, config: string, values: readonly string[]): JsonObject[] =>
    values.length > 0 ? [{ Field: field, Values: values, [config]: { Values: values } }] : [];
  return {
    RuleArn: rule.arn,
    Priority: rule.priority,
    Conditions: [
      ...condition('path-pattern', 'PathPatternConfig', rule.pathPatterns),
      ...condition('host-header', 'HostHeaderConfig', rule.hostHeaders),
    ],
    Actions: rule.actions.map(viewAction),
    IsDefault: false,
  };
}

/** The listener's default actions as a rule; its id is always the same for a listener. */
function viewDefault(listener: Listener): JsonObject {
  const id = createHash('sha256').update(listener.arn).digest('hex').slice(0, 16);
  return {
    RuleArn: `${listener.arn.replace(':listener/', ':listener-rule/')}/${id}`,
    Priority: 'default',
    Conditions: [],
    Actions: listener.defaultActions.map(viewAction),
    IsDefault: true,
  };
}

/** Creates, describes, changes and deletes rules. */
export const ruleOperations: Operations = {
  CreateRule: create,
  DescribeRules: describe,
  ModifyRule: modify,
  DeleteRule: remove,
};
