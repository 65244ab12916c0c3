import { createHash } from 'node:crypto';
import { succeeded } from '../../../src/outcome.js';
import { CANARIES } from '../fates.js';
import type { ProcessRecord } from '../history.js';
import { isChange, runsOf, type Invariant } from './runs.js';

const ended = (process: ProcessRecord): boolean =>
  process.endedAt !== undefined && process.outcome !== undefined;

/** The report of a process, as its outputs name it; undefined where there is none. */
export function reportOf({
  outputs,
  files,
}: ProcessRecord): { readonly text: string; readonly json: Report } | undefined {
  const text = files.get((outputs.get('report-path') ?? '').replace(/\.(md|json)$/, '.json'));
  return text === undefined ? undefined : { text, json: JSON.parse(text) as Report };
}

/** As far as it is read here. */
export interface Report {
  readonly outcome: string;
  readonly succeeded: boolean;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly failure?: { readonly code: string };
  readonly facts: { readonly changed?: boolean; readonly deploymentId?: string };
  readonly steps: readonly {
    readonly name: string;
    readonly startedAt?: string;
    readonly durationMs: number;
  }[];
  readonly progress: readonly { readonly at: string }[];
  readonly calls: readonly { readonly action: string; readonly at: string }[];
}

/** I8: outputs, report, summary and annotations say the same as the outcome. */
export const agree: Invariant = ({ processes }) =>
  processes.filter(ended).flatMap((process) => {
    const { name, outcome, outputs, summaries, errors } = process;
    const report = reportOf(process)?.json;
    const told = [
      ['the output', outputs.get('outcome'), outcome?.kind],
      ['the report', report?.outcome, outcome?.kind],
      ['the success in the report', report?.succeeded, outcome && succeeded(outcome)],
      ['the output failure-code', outputs.get('failure-code'), outcome?.error?.code ?? ''],
      ['the failure in the report', report?.failure?.code, outcome?.error?.code],
      ['the output rolled-back', outputs.get('rolled-back'), String(outcome?.kind === 'rolled-back')],
      ['the number of summaries', summaries.length, 1],
      ['the number of error annotations', errors.length, outcome?.error ? 1 : 0],
    ] as const;
    return told.flatMap(([what, is, should]) =>
      is === should ? [] : [`${what} of ${name} is ${String(is)} and not ${String(should)}`],
    );
  });

/** I7, I8: what is said of a change is true. */
export const changed: Invariant = (history) =>
  runsOf(history).flatMap(({ name, main, deployments }) => {
    const report = reportOf(main)?.json;
    if (!ended(main) || !report) return [];
    const id = main.outputs.get('deployment-id');
    const said = main.outputs.get('changed') === 'true';
    return [
      ...(deployments.length > 0 && !said
        ? [`${name} says that nothing was changed, but made ${deployments.join()}`]
        : []),
      ...(said && id !== undefined && !deployments.includes(id)
        ? [`${name} says that it made ${id}, which it did not`]
        : []),
    ];
  });

/** I9: what must not be seen is in no sink. */
export const canaries: Invariant = ({ processes }) =>
  processes.flatMap((process) => {
    const { name, outputs, saved, summaries, logged, warnings, errors, files } = process;
    const sinks = {
      outputs: [...outputs.values()],
      saved: [...saved.values()],
      summaries,
      logged,
      warnings,
      errors,
    };
    const all = Object.entries({ ...sinks, files: [...files.values()] });
    return all.flatMap(([sink, texts]) =>
      CANARIES.filter((canary) => texts.some((text) => text.includes(canary))).map(
        (canary) => `${canary} is in the ${sink} of ${name}`,
      ),
    );
  });

/** I10: the report is what its hash says, and its times only go on. */
export const record: Invariant = ({ processes }) =>
  processes.filter(ended).flatMap((process) => {
    const { name, outputs } = process;
    const report = reportOf(process);
    if (!report) return [`${name} has no report`];
    const hash = createHash('sha256').update(report.text).digest('hex');
    const { steps, progress, calls, startedAt, endedAt } = report.json;
    const inOrder = (times: readonly (string | undefined)[]): boolean => {
      const known = times.filter((time) => time !== undefined);
      return known.every((time, index) => time >= (known[index - 1] ?? startedAt) && time <= endedAt);
    };
    return [
      ...(outputs.get('report-sha256') === hash ? [] : [`the hash of the report of ${name} is another`]),
      ...(inOrder(steps.map((step) => step.startedAt)) ? [] : [`the steps of ${name} are not in order`]),
      ...(inOrder(progress.map(({ at }) => at)) ? [] : [`the progress of ${name} is not in order`]),
      ...(calls.every(({ at }) => at >= startedAt && at <= endedAt)
        ? []
        : [`a call of ${name} is out of its time`]),
    ];
  });

/** I8: the report names every change that was tried, and no other. */
export const audited: Invariant = ({ processes }) =>
  processes.filter(ended).flatMap((process) => {
    const report = reportOf(process)?.json;
    const sent = new Set(
      process.calls.flatMap(({ operation }) =>
        /^(Register|Update|Stop)/.test(operation) ? [operation] : [],
      ),
    );
    const told = new Set(report?.calls.map(({ action }) => action.replace(/^\w+:/, '')));
    const missing = [...sent].filter((one) => !told.has(one));
    return missing.length > 0 ? [`the report of ${process.name} does not name ${missing.join()}`] : [];
  });

/**
 * I19: what cannot be told changes nothing of what a run does and of how it ends, and is said. Logs that cannot be read are
 * faults, with which a quiet day has to end as without them.
 */
export const untold: Invariant = ({ processes, untold: others }) =>
  processes.flatMap((process, index) => {
    const other = others?.[index];
    if (!other) return others ? [`${process.name} never was where it could not write`] : [];
    const said = [...other.warnings, ...other.logged];
    const unsaid = NOTICES.filter((notice) => !said.some((text) => notice.test(text)));
    const [is, should] = [courseOf(other), courseOf(process)];
    return [
      ...(is === should ? [] : [`${process.name} is ${is} where it cannot write, and else ${should}`]),
      ...(ended(other) ? unsaid.map(({ source }) => `${process.name} does not say: ${source}`) : []),
    ];
  });

const NOTICES = [
  /outputs (cannot|could not) be written/i,
  /The report could not be written/,
  /The job summary could not be written/,
];

/** How a process ended, and what it changed. */
function courseOf({ outcome, calls }: ProcessRecord): string {
  const changes = calls.filter(isChange).map(({ operation }) => operation);
  return [outcome?.kind ?? 'without an end', outcome?.error?.code ?? '', ...changes].join(' ');
}
