import {
  Composer,
  isAlias,
  LineCounter,
  Parser,
  visit,
  type Alias,
  type CST,
  type Document,
  type Node,
} from 'yaml';
import { cleanLine } from '../model/untrusted-text.js';
import { YamlValue } from './yaml-value.js';

/** So many levels are read: more could exhaust the stack. */
const MAX_DEPTH = 50;
/** Keys that come twice are left to `YamlValue`: the library compares each with each. */
const OPTIONS = { uniqueKeys: false, stringKeys: true, prettyErrors: false, logLevel: 'error' } as const;

/** Opens a YAML file of one document (YAML 1.2, core schema); undefined, after saying why, when it is none. */
export function openYaml(
  text: string,
  problem: (line: number, message: string) => void,
): YamlValue | undefined {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  if (tooDeep(tokens)) {
    problem(1, `the file is nested more than ${MAX_DEPTH} levels deep.`);
    return undefined;
  }
  const [document, second] = new Composer(OPTIONS).compose(tokens, true, text.length);
  // What comes after the first fault mostly follows from it.
  const fault = document?.errors[0] ?? document?.warnings[0];
  if (fault) problem(lineAt(fault.pos[0]), `this is not YAML: ${reason(fault.message)}.`);
  if (second) problem(lineAt(second.range[0]), 'a second document begins here: the file has to be one.');
  if (!document || second || fault) return undefined;
  const targets = aliases(document);
  const [lost] = [...targets].find(([, target]) => !target) ?? [];
  if (lost) {
    problem(lineAt(lost.range?.[0] ?? 0), `*${cleanLine(lost.source, 60)} has no anchor before it.`);
    return undefined;
  }
  return new YamlValue(document.contents, '', 1, { lineAt, problem, targets });
}

/** Without what follows a colon, which may be a value of the file. */
function reason(message: string): string {
  return cleanLine(message.split(': ', 1)[0] ?? '', 120);
}

/** Looks level by level, as a recursion would be what it guards against. */
function tooDeep(tokens: readonly CST.Token[]): boolean {
  let level = tokens;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return true;
    level = level.flatMap(inner);
  }
  return false;
}

function inner(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat());
}

/** What each alias stands for: the last value before it that has its anchor. */
function aliases(document: Document.Parsed): ReadonlyMap<Alias, Node | undefined> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
