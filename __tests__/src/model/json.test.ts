import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  canonicalJson,
  isObject,
  objectsAt,
  parseObject,
  textAt,
  type Json,
} from '../../../src/model/json.js';

const json = fc.jsonValue().map((value) => value as Json);

/** The same value with the fields of every object in another order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => turned(item));
  if (!isObject(value)) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, turned(field ?? null)] as const);
  return Object.fromEntries(fields.reverse());
}

describe('canonical JSON', () => {
  it('is the same for equal values, and only for those', () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        expect(canonicalJson(turned(one))).toBe(canonicalJson(one));
        expect(JSON.parse(canonicalJson(one))).toEqual(JSON.parse(JSON.stringify(one)));
        const equal = canonicalJson(one) === canonicalJson(other);
        if (equal) expect(JSON.parse(canonicalJson(other))).toEqual(JSON.parse(canonicalJson(one)));
      }),
    );
  });

  it('orders names by their code units, as RFC 8785 does, and leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: undefined, '\u{10000}': 2, '\uffff': 3, A: [{ d: 1, c: null }] })).toBe(
      '{"A":[{"c":null,"d":1}],"b":1,"\u{10000}":2,"\uffff":3}',
    );
  });

  it('tells apart what only looks alike', () => {
    const values: Json[] = [null, 0, '', '0', false, [], {}, [null], { a: null }, '[]'];
    expect(new Set(values.map((value) => canonicalJson(value))).size).toBe(values.length);
  });
});

describe('JSON from elsewhere', () => {
  it.each(['', 'null', '[]', '1', '"{}"', '{', '{"a":1', 'undefined', '<html>', '\ufeff{}x'])(
    'is no object when it is %j',
    (text) => {
      expect(parseObject(text)).toBeUndefined();
    },
  );

  it('is an object, whatever its fields are called', () => {
    const found = parseObject('{"__proto__":{"polluted":"yes"},"constructor":"x"}')!;
    expect(textAt(found, 'constructor')).toBe('x');
    expect(textAt(found, 'polluted')).toBeUndefined();
    expect(textAt(parseObject('{}')!, 'toString')).toBeUndefined();
    expect(JSON.stringify({ ...found })).toContain('polluted');
  });

  it('gives texts and objects only where there are some', () => {
    const found = parseObject('{"a":1,"b":"x","c":[{"d":1},2,null,[3]],"e":{}}')!;
    expect([textAt(found, 'a'), textAt(found, 'b'), textAt(found, 'z')]).toEqual([undefined, 'x', undefined]);
    expect(objectsAt(found, 'c')).toEqual([{ d: 1 }]);
    expect(objectsAt(found, 'e')).toEqual([]);
    expect(objectsAt(found, 'z')).toEqual([]);
  });
});
