import { CHECKS } from '../checks/check.js';
import type { CustomCheck, JsonExpectation } from '../checks/settings.js';
import {
  ANSWER_TIME,
  FIELD,
  fitting,
  HEADER,
  type Form,
  METHOD,
  NAME,
  PATH,
  PATTERN,
  TEXT,
  WANTED,
} from './form.js';
import type { Variables } from './variables.js';
import type { YamlMap, YamlValue } from './yaml-value.js';

const HEADER_VALUE = fitting(/^[\x21-\x7e][\x20-\x7e]*$/, 'text of printable ASCII characters');

type JsonWanted = CustomCheck['json'][number];

/** Reads the status codes that an answer may have: one, or a list. */
export function readStatus(value: YamlValue | undefined): readonly number[] | undefined {
  const one = (item: YamlValue) => item.integer({ min: 100, max: 599 });
  if (!value?.isList) return value && [one(value) ?? 0];
  return value.list(one, 1);
}

/** Reads a check of the user's own; `names` are those of the checks before it. */
export function readCustomCheck(map: YamlMap, names: ReadonlySet<string>, variables: Variables): CustomCheck {
  return {
    name: readName(map.required('name'), names),
    method: map.get('method')?.text(METHOD) ?? 'GET',
    path: asItIs(map.required('path'), PATH) ?? '',
    headers: readHeaders(map.get('headers'), (value) => variables.fill(value, HEADER_VALUE)),
    body: asItIs(map.get('body'), TEXT),
    ...(map.get('expect')?.map('expect', readExpect) ?? EXPECT),
  };
}

/** A text that is sent as it is. */
function asItIs(value: YamlValue | undefined, form: Form<string>): string | undefined {
  const text = value?.text(form);
  if (/\$\{[A-Za-z_]\w*\}/.test(text ?? '')) value?.problem('has a ${NAME}, but only headers are filled in');
  return text;
}

function readName(value: YamlValue | undefined, names: ReadonlySet<string>): string {
  const name = value?.text(NAME) ?? '';
  if (names.has(name)) value?.problem('is the name of a check before it');
  if (CHECKS.some((check) => check === name)) {
    value?.problem('is the name of a check that is built in: its settings are below checks');
  }
  return name;
}

function readHeaders<Value>(
  headers: YamlValue | undefined,
  read: (value: YamlValue) => Value | undefined,
): Readonly<Record<string, Value>> {
  const found = new Map<string, Value>();
  headers?.map('headers', (map) => {
    for (const [key, value] of map.all()) {
      const name = HEADER.parse(key);
      if (name === undefined) value.problem(`is not ${HEADER.meaning}`);
      else if (found.has(name)) value.problem('is given twice');
      const wanted = read(value);
      if (name !== undefined && wanted !== undefined) found.set(name, wanted);
    }
  });
  return Object.fromEntries(found);
}

type Expectations = Pick<CustomCheck, 'status' | 'json' | 'header' | 'bodyWanted' | 'under'>;

const EXPECT: Expectations = {
  status: [200],
  json: [],
  header: {},
  bodyWanted: undefined,
  under: undefined,
};

function readExpect(map: YamlMap): Expectations {
  return {
    status: readStatus(map.get('status')) ?? EXPECT.status,
    json: map.get('json')?.map('json', readJson) ?? EXPECT.json,
    header: readHeaders(map.get('header'), (value) => value.text(WANTED)),
    bodyWanted: map.get('body')?.text(WANTED),
    under: map.get('under')?.text(ANSWER_TIME),
  };
}

function readJson(map: YamlMap): readonly JsonWanted[] {
  return map.all().flatMap(([key, value]) => {
    const path = FIELD.parse(key);
    if (!path) value.problem(`is not ${FIELD.meaning}`);
    const expectation = value.isMap
      ? value.map('an expectation', (inner) => readExpectation(inner, value))
      : readScalar(value);
    return path && expectation ? [{ path, expectation }] : [];
  });
}

/** A text between slashes is a pattern here as everywhere; to be taken as it is, it is written `{ equals: /…/ }`. */
function readScalar(value: YamlValue): JsonExpectation | undefined {
  const same = equals(value);
  if (same?.kind !== 'equals' || typeof same.value !== 'string' || !/^\/.+\/\w*$/s.test(same.value))
    return same;
  const pattern = value.text(PATTERN);
  return pattern && { kind: 'matches', pattern };
}

function equals(value: YamlValue): JsonExpectation | undefined {
  const wanted = value.scalar();
  return wanted === undefined ? undefined : { kind: 'equals', value: wanted };
}

/** Reads `{ equals }`, `{ matches }`, `{ exists }`, or `{ min, max }` with one of them or both. */
function readExpectation(map: YamlMap, self: YamlValue): JsonExpectation | undefined {
  const [same, matches, exists, low, high] = [
    map.get('equals'),
    map.get('matches'),
    map.get('exists'),
    map.get('min'),
    map.get('max'),
  ];
  if ([same, matches, exists, low ?? high].filter((one) => one !== undefined).length !== 1) {
    self.problem('needs one of equals, matches and exists, or min and max');
    return undefined;
  }
  if (same) return equals(same);
  const pattern = matches?.text(PATTERN);
  if (pattern) return { kind: 'matches', pattern };
  const there = exists?.flag();
  if (there !== undefined) return { kind: 'exists', exists: there };
  return readRange(low, high);
}

function readRange(low: YamlValue | undefined, high: YamlValue | undefined): JsonExpectation {
  const [min, max] = [low?.number(), high?.number()];
  if (min !== undefined && max !== undefined && min > max) low?.problem('is more than max');
  return { kind: 'range', min, max };
}
