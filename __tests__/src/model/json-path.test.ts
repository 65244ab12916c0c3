import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isObject, type Json } from '../../../src/model/json.js';
import { parseJsonPath, valueAt } from '../../../src/model/json-path.js';

const at = (document: Json | undefined, text: string): Json | undefined => {
  const path = parseJsonPath(text);
  if (!path) throw new Error(`${text} is no path`);
  return valueAt(document, path);
};

/** The path of every value in a document, in brackets all the way, beside names that have both kinds of quotes. */
function places(value: Json, path = '$'): (readonly [string, Json])[] {
  const inner: (readonly [string, Json])[] = Array.isArray(value)
    ? value.flatMap((item: Json, index) => places(item, `${path}[${String(index)}]`))
    : isObject(value)
      ? Object.entries(value)
          .filter(([name]) => !name.includes("'"))
          .flatMap(([name, item]) => places(item ?? null, `${path}['${name}']`))
      : [];
  return path === '$' ? inner : [[path, value], ...inner];
}

describe('JSON paths', () => {
  it.each<[string, (string | number)[]]>([
    ['gitSha', ['gitSha']],
    ['checks.database', ['checks', 'database']],
    ['$.checks.database', ['checks', 'database']],
    ['.checks', ['checks']],
    ['git-sha', ['git-sha']],
    ['$.items[0].id', ['items', 0, 'id']],
    ['items[12]', ['items', 12]],
    ['$[0][1]', [0, 1]],
    ["$['a name']", ['a name']],
    ['["it\'s"]', ["it's"]],
    ["$['a.b']['']", ['a.b', '']],
    ['$.größe', ['größe']],
    ['$.0', ['0']],
  ])('%s leads to %j', (text, steps) => {
    expect(parseJsonPath(text)).toEqual({ text, steps });
  });

  it.each([
    '',
    '$',
    '.',
    '$.',
    '$..a',
    'a.',
    'a..b',
    '$a',
    'a b',
    ' a',
    '$.*',
    '$[*]',
    '$[-1]',
    '$[1:2]',
    '$[a]',
    "$['a]",
    "$['a'",
    '$[1',
    '$["a\']',
    '$[1234567890]',
    "$.['a']",
    "$['a']b",
    '$.$',
  ])('%j is no path of one value', (text) => {
    expect(parseJsonPath(text)).toBeUndefined();
  });

  it('leads to the value, also where it is false, null or empty', () => {
    const document = { checks: { database: 'up', 'a name': false }, items: [{ id: null }, ''] };
    expect(at(document, '$.checks.database')).toBe('up');
    expect(at(document, "checks['a name']")).toBe(false);
    expect(at(document, 'items[0].id')).toBeNull();
    expect(at(document, 'items[1]')).toBe('');
    expect(at(['a'], '$[0]')).toBe('a');
  });

  it.each([
    'missing',
    'items.length',
    'items["0"]',
    'items[2]',
    'text.length',
    'none.x',
    'text[0]',
    'object[0]',
  ])('%s leads nowhere', (text) => {
    expect(at({ items: ['a', 'b'], text: 'abc', none: null, object: { 0: 1 } }, text)).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'toString', 'constructor.name'])(
    '%s leads to what the document has, not to what every object has',
    (text) => {
      expect(at({}, text)).toBeUndefined();
      expect(at(JSON.parse('{"__proto__":1}') as Json, '__proto__')).toBe(1);
    },
  );

  it('leads nowhere in what is no document', () => {
    expect(at(undefined, 'a')).toBeUndefined();
    expect(at('a', 'a')).toBeUndefined();
  });

  it('leads to every value of every document', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        for (const [text, value] of places(document)) expect(at(document as Json, text)).toBe(value);
      }),
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('$', '.', '[', ']', "'", '"', '0', 'a', '*', '-', ' ') }),
        (text) => {
          const path = parseJsonPath(text);
          expect(path?.steps.length).not.toBe(0);
        },
      ),
    );
  });
});
