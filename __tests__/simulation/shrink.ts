import { PLAIN_SERVICE, type PlannedFault, type Schedule, type ServicePlan } from './schedule.js';

/** Plays at most so many simpler schedules. */
const TRIES = 400;

/**
 * The simplest schedule found that is still broken in the same way (`name`): with fewer faults, actors and inputs, and a plainer
 * service. `breaks` gives the names of what a schedule breaks.
 */
export async function shrink(
  schedule: Schedule,
  name: string,
  breaks: (simpler: Schedule) => Promise<readonly string[]>,
): Promise<Schedule> {
  let smallest = schedule;
  let tries = 0;
  for (let found = true; found && tries < TRIES;) {
    found = false;
    for (const simpler of simplerOf(smallest)) {
      if (tries++ >= TRIES) break;
      if (!(await breaks(simpler)).includes(name)) continue;
      smallest = simpler;
      found = true;
      break;
    }
  }
  return smallest;
}

/** Schedules that are simpler in one respect, the greatest simplifications first. */
export function simplerOf(schedule: Schedule): readonly Schedule[] {
  const { faults, others, cut, next, inputs, service, candidate, back, wired, told } = schedule;
  const { told: _, ...once } = schedule;
  return [
    ...(next === 'none' ? [] : [{ ...schedule, next: 'none' as const }]),
    ...without(faults).map((fewer) => ({ ...schedule, faults: fewer })),
    ...without(others).map((fewer) => ({ ...schedule, others: fewer })),
    ...(cut ? [{ ...schedule, cut: undefined }] : []),
    ...(cut?.post === undefined ? [] : [{ ...schedule, cut: { how: cut.how, at: cut.at } }]),
    ...Object.keys(inputs).map((name) => ({ ...schedule, inputs: lessInputs(inputs, name) })),
    ...(back === 'fine' ? [] : [{ ...schedule, back: 'fine' as const }]),
    ...(candidate.kind === 'good'
      ? []
      : [{ ...schedule, candidate: { ...candidate, kind: 'good' as const } }]),
    ...plainer(service).map((one) => ({ ...schedule, service: one })),
    ...(wired ? [{ ...schedule, wired: false }] : []),
    ...(told ? [once] : []),
    ...faults.flatMap((fault, index) =>
      gentler(fault).map((one) => ({ ...schedule, faults: faults.with(index, one) })),
    ),
  ];
}

function without<T>(list: readonly T[]): readonly (readonly T[])[] {
  return list.map((_, index) => list.toSpliced(index, 1));
}

function lessInputs(inputs: Schedule['inputs'], name: string): Schedule['inputs'] {
  return Object.fromEntries(Object.entries(inputs).filter(([one]) => one !== name));
}

function plainer(service: ServicePlan): readonly ServicePlan[] {
  const names = Object.keys(PLAIN_SERVICE) as (keyof ServicePlan)[];
  return names
    .filter((name) => service[name] !== PLAIN_SERVICE[name])
    .map((name) => ({ ...service, [name]: PLAIN_SERVICE[name] }));
}

function gentler(fault: PlannedFault): readonly PlannedFault[] {
  return [
    ...(fault.times > 1 ? [{ ...fault, times: 1 }] : []),
    ...(fault.after > 0 ? [{ ...fault, after: 0 }] : []),
    ...(fault.delay > 1_000 ? [{ ...fault, delay: 1_000 }] : []),
  ];
}
