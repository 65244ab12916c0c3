import type { Environment } from '../world.js';
import type { Form } from './form.js';
import type { YamlValue } from './yaml-value.js';

const REFERENCE = /\$\{([A-Za-z_]\w*)\}/g;
/** What the run itself works with is not for a service to see. */
const CREDENTIAL = /^(AWS_|ACTIONS_|INPUT_|GITHUB_TOKEN$|GH_TOKEN$)/;

/** Fills environment variables into texts of the file, and keeps what must not be shown afterwards. */
export class Variables {
  readonly #env: Environment;
  readonly #secrets = new Set<string>();

  constructor(env: Environment) {
    this.#env = env;
  }

  /** The values that were filled in, and the texts that hold them. */
  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** A text of that form in which `${NAME}` stands for an environment variable. */
  fill(value: YamlValue, form: Form<string>): string | undefined {
    const template = value.text({ ...form, parse: (text) => text });
    if (template === undefined) return undefined;
    if (template.replace(REFERENCE, '').includes('${')) {
      value.problem('has a "${" that begins no name such as ${SMOKE_TOKEN}');
      return undefined;
    }
    const names = new Set([...template.matchAll(REFERENCE)].map(([, name]) => name ?? ''));
    const values = new Map([...names].map((name) => [name, this.#variable(name, value)]));
    if ([...values.values()].includes(undefined)) return undefined;
    const text = template.replace(REFERENCE, (_, name: string) => values.get(name) ?? '');
    if (names.size > 0) this.#secrets.add(text);
    if (form.parse(text) === undefined) value.problem(`must be ${form.meaning}`);
    return text;
  }

  /** A secret often ends in the line break of the file that it came from. */
  #variable(name: string, value: YamlValue): string | undefined {
    if (CREDENTIAL.test(name)) {
      value.problem(`asks for ${name}, which the run itself works with: give it another variable`);
      return undefined;
    }
    const text = Object.hasOwn(this.#env, name) ? this.#env[name]?.trim() : undefined;
    if (text) this.#secrets.add(text);
    else value.problem(`needs the environment variable ${name}, which is not set or empty`);
    return text || undefined;
  }
}
