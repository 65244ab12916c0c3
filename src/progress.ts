import type { StepName } from './journal.js';

/** Something that happened during a step. */
export interface ProgressRecord {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly step: StepName;
  /** One line, redacted and cleaned. */
  readonly text: string;
}

/** So many of the first and of the last are kept; with the mark between them that is 500. */
const [FIRST, LAST] = [100, 399];

/** Keeps the beginning and the end of what happened, and says between them how much is left out. */
export class ProgressRecords {
  readonly #first: ProgressRecord[] = [];
  readonly #last: ProgressRecord[] = [];
  #left = 0;
  #mark: ProgressRecord | undefined;

  get all(): readonly ProgressRecord[] {
    return [...this.#first, ...(this.#mark ? [this.#mark] : []), ...this.#last];
  }

  add(record: ProgressRecord): void {
    if (this.#first.length < FIRST) {
      this.#first.push(record);
      return;
    }
    this.#last.push(record);
    const [oldest] = this.#last;
    if (this.#last.length <= LAST || !oldest) return;
    this.#last.shift();
    this.#left++;
    const { at, step } = this.#mark ?? oldest;
    this.#mark = { at, step, text: `… ${String(this.#left)} entries are left out` };
  }
}
