import type { History } from '../history.js';
import * as acting from './acting.js';
import * as limits from './limits.js';
import { permitted } from './permissions.js';
import type { Invariant } from './runs.js';
import * as telling from './telling.js';
import * as verdict from './verdict.js';

/** Every invariant by its name. */
export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  'I1 released': verdict.released,
  'I1 image': verdict.releasedImage,
  'I1 commit': verdict.commit,
  'I2 failed': verdict.failed,
  'I2 left behind': verdict.leftBehind,
  'I3 never over others': acting.neverOver,
  'I4 written ahead': acting.writtenAhead,
  'I5 once': acting.once,
  'I6 again': verdict.again,
  'I7 changed': telling.changed,
  'I8 agree': telling.agree,
  'I8 audited': telling.audited,
  'I9 canaries': telling.canaries,
  'I10 record': telling.record,
  'I11 bounded': limits.bounded,
  'I11 undone at once': limits.undoneAtOnce,
  'I12 calm': limits.calm,
  'I13 pinned': acting.pinned,
  'I14 nothing else': acting.nothingElse,
  'I15 reads only': acting.readsOnly,
  'I16 permitted': permitted,
  'I17 rolls back to': acting.rollsBackTo,
  'I19 untold': telling.untold,
  'I20 one winner': verdict.oneWinner,
  'quiet day': verdict.quietDay,
};

/** What is broken on a day, each with the name of the invariant; empty when nothing is. */
export function broken(history: History): readonly string[] {
  return Object.entries(INVARIANTS).flatMap(([name, invariant]) =>
    invariant(history).map((why) => `${name}: ${why}`),
  );
}
