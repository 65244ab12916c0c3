import { parseCommand, registeredCommands, type RunnerCommand } from './commands.js';
import { messageOf } from './failure.js';
import type { Masks } from './masks.js';
import type { Annotation, StageLog } from './stage-log.js';
import type { NamedValues } from './named-values.js';

const refusedCommand = (name: string) =>
  `The \`${name}\` command is disabled. Please upgrade to using Environment Files or opt into unsecure command execution by setting the \`ACTIONS_ALLOW_UNSECURE_COMMANDS\` environment variable to \`true\`. For more information see: https://github.blog/changelog/2020-10-01-github-actions-deprecating-set-env-and-add-path-commands/`;
const refusedToken =
  "You cannot use a endToken that is an empty string, the string 'pause-logging', or another workflow command. For more information see: https://docs.github.com/actions/learn-github-actions/workflow-commands-for-github-actions#example-stopping-and-starting-workflow-commands or opt into insecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`.";

/** The commands whose line is not repeated in the log while `echo` is on (OmitEcho in ActionCommandManager.cs). */
const silent: ReadonlySet<string> = new Set(['add-mask', 'debug', 'error', 'notice', 'warning']);

/** Where the commands of a stage's output go. */
export interface CommandTargets {
  readonly log: StageLog;
  readonly masks: Masks;
  readonly outputs: NamedValues;
  readonly state: NamedValues;
}

/**
 * Carries out what a step says on its output, as actions/runner's ActionCommandManager.cs and OutputManager.cs do.
 * `set-env` and `add-path` are always refused; problem matchers are swallowed and match nothing.
 */
export class CommandChannel {
  readonly #targets: CommandTargets;
  readonly #registered = new Set(registeredCommands);
  readonly #handlers: Readonly<Record<string, (command: RunnerCommand) => void>> = {
    error: (command) => this.#annotate('error', command),
    warning: (command) => this.#annotate('warning', command),
    notice: (command) => this.#annotate('notice', command),
    group: ({ data }) => this.#targets.log.write(data, 'group'),
    endgroup: () => this.#targets.log.write('', 'endgroup'),
    debug: ({ data }) => this.#targets.log.debug(data),
    'add-mask': ({ data }) => this.#mask(data),
    'save-state': (command) => this.#targets.state.set(requiredName(command), command.data),
    'set-output': (command) => this.#targets.outputs.set(requiredName(command), command.data),
    echo: ({ data }) => this.#setEcho(data),
    'set-env': refuse,
    'add-path': refuse,
  };
  #resumeToken: string | undefined;
  #echo: boolean;
  #failed = false;

  constructor(targets: CommandTargets, echo: boolean) {
    this.#targets = targets;
    this.#echo = echo;
  }

  /** Whether a command could not be carried out, which fails the step whatever its exit code. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Takes a line of output. Throws where `stop-commands` has an unusable token: the runner then gives the step up. */
  take(line: string): void {
    const command = parseCommand(line, this.#registered);
    if (command !== undefined && this.#process(command, line)) return;
    this.#targets.log.write(line.replace(/##\[(start|end)-action/gu, '##[\\$1-action'));
  }

  #process(command: RunnerCommand, line: string): boolean {
    const name = command.name.toLowerCase();
    if (this.#resumeToken !== undefined) return this.#resume(name, line);
    if (name === 'stop-commands') {
      this.#stop(command.data, line);
      return true;
    }
    if (this.#echo && !silent.has(name)) this.#targets.log.write(line);
    try {
      this.#handlers[name]?.(command);
    } catch (error) {
      this.#targets.log.annotate(
        'error',
        `Unable to process command '${silent.has(name) ? name : line}' successfully.`,
      );
      this.#targets.log.annotate('error', messageOf(error));
      this.#failed = true;
    }
    return true;
  }

  #resume(name: string, line: string): boolean {
    if (name !== this.#resumeToken) return false;
    this.#targets.log.write(line);
    this.#registered.delete(name);
    this.#resumeToken = undefined;
    return true;
  }

  #stop(token: string, line: string): void {
    const name = token.toLowerCase();
    if (name === '' || name === 'pause-logging' || this.#registered.has(name)) throw new Error(refusedToken);
    this.#resumeToken = name;
    this.#registered.add(name);
    if (token.length > 6) this.#targets.masks.add(token);
    this.#targets.log.write(line);
  }

  #annotate(level: Annotation['level'], command: RunnerCommand): void {
    this.#targets.log.annotate(level, command.data, Object.fromEntries(command.properties));
  }

  #mask(value: string): void {
    if (value.trim() === '')
      this.#targets.log.annotate(
        'warning',
        "Can't add secret mask for empty string in ##[add-mask] command.",
      );
    else {
      if (this.#echo) this.#targets.log.write('::add-mask::***');
      this.#targets.masks.addLines(value);
    }
  }

  #setEcho(value: string): void {
    const wanted = value.trim().toUpperCase();
    if (wanted !== 'ON' && wanted !== 'OFF')
      throw new Error(
        `Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '${value}'.`,
      );
    this.#echo = wanted === 'ON';
  }
}

function requiredName(command: RunnerCommand): string {
  const name = command.properties.get('name');
  if (name === undefined) throw new Error(`Required field 'name' is missing in ##[${command.name}] command.`);
  return name;
}

function refuse(command: RunnerCommand): never {
  throw new Error(refusedCommand(command.name));
}
