import { decide, type AuthorizationRequest } from '../../../sandbox/iam/policy.js';
import { policyOf, type Policy } from '../../iam/policies.js';
import type { Invariant } from './runs.js';

/** I16: the calls of a run are allowed by the policy that docs/iam has for its mode; nobody else is bound by it. */
export const permitted: Invariant = ({ processes }) =>
  processes.flatMap(({ name, inputs, asked }) => {
    const allows = judgeFor(inputs);
    return [...asked.values()]
      .filter((request) => !allows(request))
      .map(
        ({ action, resource }) => `${name} needs ${action} on ${resource}, which its policy does not allow`,
      );
  });

type Judge = (request: AuthorizationRequest) => boolean;

const judges = new Map<string, Judge>();

function judgeFor(inputs: Readonly<Record<string, string>>): Judge {
  const kind = `${inputs['mode'] ?? ''} ${inputs['dry-run'] ?? ''}`;
  const judge = judges.get(kind) ?? judgeBy(policyOf(inputs));
  judges.set(kind, judge);
  return judge;
}

/** Ids at the end of an ARN, which no policy names: what is allowed for one is allowed for all. */
const ID = /\/[\w-]{20,40}$/;

/** Days ask the same again and again. */
function judgeBy(policy: Policy): Judge {
  const known = new Map<string, boolean>();
  return (request) => {
    const { action, resource, context } = request;
    const key = [action, resource.replace(ID, '/id'), ...Object.values(context)].join(' ');
    const allowed = known.get(key) ?? decide(policy, request) === 'allow';
    known.set(key, allowed);
    return allowed;
  };
}
