import { AwsError } from '../errors.js';
import type { Json, JsonObject } from '../json.js';

/** One step of the dotted names: what was said of it, and what is below it. */
interface Branch {
  value?: string;
  readonly below: Map<string, Branch>;
}

/** Deeper than any shape of the services here; keeps a hostile name from exhausting the stack. */
const MAX_DEPTH = 32;

/**
 * Reads the name and value pairs of AWS's query protocol (Smithy "AWS query protocol", input serialization): `A.B=1` is
 * nested, `A.member.N` is a list in order of N, every leaf a string. An empty list comes as an empty string.
 * Throws an `AwsError` when a name is used both as a leaf and as a structure.
 */
export function parseForm(form: Iterable<readonly [string, string]>): JsonObject {
  const root: Branch = { below: new Map() };
  for (const [name, value] of form) {
    const steps = name.split('.');
    if (steps.length > MAX_DEPTH) throw malformed();
    let branch = root;
    for (const step of steps) {
      const next = branch.below.get(step) ?? { below: new Map<string, Branch>() };
      branch.below.set(step, next);
      branch = next;
    }
    branch.value = value;
  }
  return structureOf(root);
}

function structureOf(branch: Branch): JsonObject {
  return Object.fromEntries([...branch.below].map(([name, below]) => [name, valueOf(below)]));
}

function valueOf(branch: Branch): Json {
  if (branch.below.size === 0) return branch.value ?? '';
  if (branch.value) throw malformed();
  const members = branch.below.size === 1 ? branch.below.get('member') : undefined;
  return members && isList(members) ? listOf(members) : structureOf(branch);
}

function isList(branch: Branch): boolean {
  return branch.below.size > 0 && [...branch.below.keys()].every((index) => /^[1-9]\d{0,8}$/.test(index));
}

function listOf(branch: Branch): Json[] {
  return [...branch.below]
    .sort(([one], [other]) => Number(one) - Number(other))
    .map(([, member]) => valueOf(member));
}

function malformed(): AwsError {
  return new AwsError('MalformedInput', 'Start of structure or map found where not expected.');
}
