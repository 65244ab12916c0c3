/** Values by name where the case of a name does not count: a later value wins, the first spelling stays. */
export class NamedValues {
  readonly #entries = new Map<string, readonly [name: string, value: string]>();

  /** Starts with these values. */
  constructor(values: Readonly<Record<string, string>> = {}) {
    for (const [name, value] of Object.entries(values)) this.set(name, value);
  }

  /** Keeps a value, in place of an earlier one of the same name. */
  set(name: string, value: string): void {
    const key = name.toLowerCase();
    this.#entries.set(key, [this.#entries.get(key)?.[0] ?? name, value]);
  }

  /** The value of a name, or undefined. */
  get(name: string): string | undefined {
    return this.#entries.get(name.toLowerCase())?.[1];
  }

  /** Names and values in the order in which the names were first set. */
  record(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#entries.values());
  }
}
