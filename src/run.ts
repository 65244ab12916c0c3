import { readInputs, type ChangeInputs, type Inputs } from './inputs/inputs.js';
import { journal, type Journal, type Mode } from './journal.js';
import { recover } from './modes/recover.js';
import { release } from './modes/release.js';
import { rollback } from './modes/rollback.js';
import { smokeMode } from './modes/smoke.js';
import { asDeployError, failure, type Outcome } from './outcome.js';
import { endLeftOpen } from './report/github-deployment.js';
import { report } from './report/report.js';
import { cleanUp, endedUntold, openDeployment, rememberEnd, rememberReport, unfinished } from './state.js';
import type { Environment, World } from './world.js';

/** Does what the inputs ask and tells how it ended. Never throws: whatever goes wrong becomes the outcome. */
export async function run(world: World): Promise<Outcome> {
  const record = journal(world, modeIn(world.env));
  const heard = listening(world, record);
  const outcome = await attempt(heard, record);
  // A cancelled run leaves the rest to its post step.
  if (outcome.kind !== 'cancelled') await rememberEnd(heard);
  await report(outcome, record, heard);
  await rememberReport(heard);
  return outcome;
}

/** Finishes what a run left behind that was cancelled or killed; undefined when there was nothing to do. */
export async function finish(there: World): Promise<Outcome | undefined> {
  const record = journal(there, modeIn(there.env), ['rollback']);
  const world = listening(there, record);
  await cleanUp(world);
  if (endedUntold(world)) {
    world.log.warning(
      'The run was cut off after its work was done and proven, before it could say so: nothing is undone.',
    );
  }
  const [saved, open] = [unfinished(world), openDeployment(world)];
  if (!saved && !open) return undefined;
  const inputs = await inputsAgain(world);
  if (inputs.mode === 'smoke') return undefined;
  const outcome = saved && (await inSession(inputs, world, (there) => recover(saved, inputs, there, record)));
  if (open) await endLeftOpen(open, outcome, inputs, world);
  if (!outcome) return undefined;
  // An error says the state itself.
  if (outcome.state !== undefined && !outcome.error) world.log.warning(outcome.state);
  await report(outcome, record, world);
  return outcome;
}

/** Read here and not with the other inputs: a run whose inputs are wrong has a record, too. */
function modeIn(env: Environment): Mode {
  const mode = env['INPUT_MODE']?.trim();
  return mode === 'smoke' || mode === 'rollback' ? mode : 'release';
}

/** The inputs as the run had them. What it read them from may be gone by now: then the suite is left out of the proof. */
async function inputsAgain(world: World): Promise<Inputs> {
  try {
    return await inputsOf(world);
  } catch (error) {
    world.log.warning(`Nothing is asked over HTTP: ${asDeployError(error).message}`);
    return await inputsOf({ ...world, env: { ...world.env, INPUT_SMOKE: 'false' } });
  }
}

/** The inputs, after every secret that they hold was masked. */
async function inputsOf({ env, files, log }: World): Promise<Inputs> {
  const inputs = await readInputs(env, files);
  for (const secret of inputs.smoke?.secrets ?? []) log.mask(secret);
  // The runner knows the token of the job, but not one that came another way.
  if (inputs.mode !== 'smoke' && inputs.githubToken !== '') log.mask(inputs.githubToken);
  return inputs;
}

async function attempt(world: World, record: Journal): Promise<Outcome> {
  try {
    return await act(await inputsOf(world), world, record);
  } catch (error) {
    return failure(error, record.facts.changed ?? false);
  }
}

function act(inputs: Inputs, world: World, record: Journal): Promise<Outcome> {
  switch (inputs.mode) {
    case 'release':
      return inSession(inputs, world, (there) => release(inputs, there, record));
    case 'smoke':
      return smokeMode(inputs, world, record);
    case 'rollback':
      return inSession(inputs, world, (there) => rollback(inputs, there, record));
  }
}

/** Works as the role that is to be assumed, if any; main and post have a session each, as nothing of one is ever saved. */
async function inSession<Made>(
  { role, place }: ChangeInputs,
  world: World,
  work: (there: World) => Promise<Made>,
): Promise<Made> {
  if (!role) return work(world);
  const { RoleSession } = await import('./adapters/aws/session.js');
  const end = new AbortController();
  try {
    return await work({ ...world, session: new RoleSession(world, role, place.region, end.signal) });
  } finally {
    end.abort();
  }
}

/** A world whose every warning, also one of an adapter, and every change of AWS is part of the record. */
function listening(world: World, { voice, witness }: Journal): World {
  return { ...world, witness, log: { ...world.log, warning: (text) => voice.warn(text) } };
}
