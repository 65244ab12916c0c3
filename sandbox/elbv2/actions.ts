import type { Cloud } from '../cloud.js';
import type { JsonObject } from '../json.js';
import { findTargetGroup } from './find.js';
import { integer, invalid, requiredText, structure, structures, text } from './input.js';
import type { Action } from './state.js';

/** Reads the actions of a listener or rule. Throws `ValidationError`, and `TargetGroupNotFound`. */
export function readActions(cloud: Cloud, input: JsonObject, name: string): Action[] {
  const actions = structures(input, name).map((one) => readAction(cloud, one));
  if (actions.length !== 1) throw invalid('Exactly one action must be specified in the local AWS');
  return actions;
}

function readAction(cloud: Cloud, input: JsonObject): Action {
  const type = requiredText(input, 'Type');
  switch (type) {
    case 'forward':
      return { type, targetGroup: findTargetGroup(cloud, forwardedTo(input)).arn };
    case 'redirect':
      return readRedirect(structure(input, 'RedirectConfig') ?? {});
    case 'fixed-response':
      return readFixedResponse(structure(input, 'FixedResponseConfig') ?? {});
    default:
      throw invalid(
        `Action type '${type}' must be one of 'forward,redirect,fixed-response' in the local AWS`,
      );
  }
}

function forwardedTo(input: JsonObject): string {
  const groups = structures(structure(input, 'ForwardConfig') ?? {}, 'TargetGroups');
  if (groups.length > 1) throw invalid('A forward action has one target group in the local AWS');
  const [group] = groups;
  return text(input, 'TargetGroupArn') ?? requiredText(group ?? {}, 'TargetGroupArn');
}

/** Defaults of RedirectActionConfig: every component stays as it is. */
function readRedirect(config: JsonObject): Action {
  const code = requiredText(config, 'StatusCode');
  if (code !== 'HTTP_301' && code !== 'HTTP_302') {
    throw invalid(`Redirect status code '${code}' must be one of 'HTTP_301,HTTP_302'`);
  }
  const [host, path, query] = [text(config, 'Host'), text(config, 'Path'), text(config, 'Query')];
  return {
    type: 'redirect',
    protocol: text(config, 'Protocol') ?? '#{protocol}',
    port: text(config, 'Port') ?? '#{port}',
    statusCode: code === 'HTTP_301' ? 301 : 302,
    ...(host !== undefined && { host }),
    ...(path !== undefined && { path }),
    ...(query !== undefined && { query }),
  };
}

function readFixedResponse(config: JsonObject): Action {
  const code = requiredText(config, 'StatusCode');
  if (!/^[245]\d\d$/.test(code)) throw invalid(`Status code '${code}' must be of the form 2XX, 4XX or 5XX`);
  return {
    type: 'fixed-response',
    statusCode: integer(config, 'StatusCode', [200, 599]) ?? 200,
    contentType: text(config, 'ContentType') ?? 'text/plain',
    body: text(config, 'MessageBody') ?? '',
  };
}

/** An action as DescribeListeners and DescribeRules show it. */
export function viewAction(action: Action): JsonObject {
  switch (action.type) {
    case 'forward':
      return {
        Type: action.type,
        TargetGroupArn: action.targetGroup,
        ForwardConfig: {
          TargetGroups: [{ TargetGroupArn: action.targetGroup, Weight: 1 }],
          TargetGroupStickinessConfig: { Enabled: false },
        },
      };
    case 'redirect':
      return {
        Type: action.type,
        RedirectConfig: {
          Protocol: action.protocol,
          Port: action.port,
          Host: action.host ?? '#{host}',
          Path: action.path ?? '/#{path}',
          Query: action.query ?? '#{query}',
          StatusCode: `HTTP_${action.statusCode}`,
        },
      };
    case 'fixed-response':
      return {
        Type: action.type,
        FixedResponseConfig: {
          StatusCode: String(action.statusCode),
          ContentType: action.contentType,
          MessageBody: action.body,
        },
      };
  }
}
