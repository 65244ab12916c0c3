import { isAlias, isMap, isNode, isScalar, isSeq, type Alias, type Node, type YAMLMap } from 'yaml';
import { cleanLine } from '../model/untrusted-text.js';
import type { Form } from './form.js';

/** So many entries a list or map may have. */
const MAX_ENTRIES = 100;

/** The file that a value is from. */
export interface YamlSource {
  /** The line of an offset, from 1. */
  readonly lineAt: (offset: number) => number;
  readonly problem: (line: number, message: string) => void;
  /** What each alias stands for. */
  readonly targets: ReadonlyMap<Alias, Node | undefined>;
}

/** Numbers from one to another, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/**
 * One value of a YAML file. It is read as what it should be; when it is something else, that is said with its line and
 * its key (never with the value, which may be secret), and there is nothing.
 */
export class YamlValue {
  readonly #node: unknown;
  readonly #key: string;
  readonly #line: number;
  readonly #source: YamlSource;

  constructor(node: unknown, key: string, line: number, source: YamlSource) {
    this.#node = isAlias(node) ? source.targets.get(node) : node;
    this.#key = key;
    this.#line = line;
    this.#source = source;
  }

  /** Completes the name of the key. */
  problem(message: string): void {
    this.#source.problem(this.#line, `${this.#key || 'the file'} ${message}.`);
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** What a text says that has to have a form. */
  text<Value>({ parse, meaning }: Form<Value>): Value | undefined {
    const value = this.#plain();
    return this.#said(typeof value === 'string' ? parse(value) : undefined, meaning);
  }

  flag(): boolean | undefined {
    const value = this.#plain();
    return this.#said(typeof value === 'boolean' ? value : undefined, 'true or false');
  }

  number(): number | undefined {
    return this.#said(finite(this.#plain()), 'a number');
  }

  integer({ min, max }: Range): number | undefined {
    const value = finite(this.#plain());
    const fits = value !== undefined && Number.isInteger(value) && value >= min && value <= max;
    return this.#said(fits ? value : undefined, `a whole number from ${min} to ${max}`);
  }

  /** Any value that is neither a list nor a map. */
  scalar(): string | number | boolean | null | undefined {
    const value = this.#plain();
    const other = value === null || typeof value === 'string' || typeof value === 'boolean';
    return this.#said(other ? value : finite(value), 'text, a number, true, false or null');
  }

  /** What each item is read as. */
  list<Item>(read: (item: YamlValue) => Item | undefined, min = 0): readonly Item[] | undefined {
    const items = isSeq(this.#node) ? this.#node.items : undefined;
    const fits = items && items.length >= min && items.length <= MAX_ENTRIES;
    return this.#said(fits ? items : undefined, `a list of ${min} to ${MAX_ENTRIES} entries`)
      ?.map((item, index) => read(this.#inner(item, `${this.#key}[${index}]`, item)))
      .filter((item) => item !== undefined);
  }

  /** What the map is read as; `what` names what it has the settings of. A key that was not read is a problem. */
  map<Read>(what: string, read: (map: YamlMap) => Read): Read | undefined {
    const fits = isMap(this.#node) && this.#node.items.length <= MAX_ENTRIES;
    const node = this.#said(fits ? this.#node : undefined, `a map of at most ${MAX_ENTRIES} entries`);
    if (!node) return undefined;
    const map = new YamlMap(this, this.#entries(node));
    const made = read(map);
    map.refuseOthers(what);
    return made;
  }

  #entries({ items }: YAMLMap): ReadonlyMap<string, YamlValue> {
    const entries = new Map<string, YamlValue>();
    for (const { key, value } of items) {
      const name = isScalar(key) ? String(key.value) : '';
      const shown = cleanLine(name, 60) || '""';
      const entry = this.#inner(value, this.#key === '' ? shown : `${this.#key}.${shown}`, key);
      if (entries.has(name)) entry.problem('is given twice');
      entries.set(name, entry);
    }
    return entries;
  }

  #inner(node: unknown, key: string, where: unknown): YamlValue {
    const offset = isNode(where) ? where.range?.[0] : undefined;
    return new YamlValue(
      node,
      key,
      offset === undefined ? this.#line : this.#source.lineAt(offset),
      this.#source,
    );
  }

  /** The value of a scalar, with null where nothing stands; undefined for lists and maps. */
  #plain(): unknown {
    if (this.#node === null) return null;
    return isScalar(this.#node) ? this.#node.value : undefined;
  }

  /** The value, if there is one; otherwise it has to be said what it must be. */
  #said<Value>(value: Value | undefined, meaning: string): Value | undefined {
    if (value === undefined) this.problem(`must be ${meaning}`);
    return value;
  }
}

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A map of a YAML file, read key by key. */
export class YamlMap {
  readonly #self: YamlValue;
  readonly #entries: ReadonlyMap<string, YamlValue>;
  readonly #known = new Set<string>();

  constructor(self: YamlValue, entries: ReadonlyMap<string, YamlValue>) {
    this.#self = self;
    this.#entries = entries;
  }

  /** The value of a key, if it is there. */
  get(key: string): YamlValue | undefined {
    this.#known.add(key);
    return this.#entries.get(key);
  }

  /** As `get`; an absent one is a problem. */
  required(key: string): YamlValue | undefined {
    const value = this.get(key);
    if (!value) this.#self.problem(`needs ${key}`);
    return value;
  }

  /** Every key with its value, whatever its name. */
  all(): readonly (readonly [string, YamlValue])[] {
    for (const key of this.#entries.keys()) this.#known.add(key);
    return [...this.#entries];
  }

  /** Says which keys are none of those that were asked for. */
  refuseOthers(what: string): void {
    const known = [...this.#known].join(', ');
    for (const [key, value] of this.#entries) {
      if (!this.#known.has(key)) value.problem(`is not a setting of ${what}: ${known}`);
    }
  }
}
