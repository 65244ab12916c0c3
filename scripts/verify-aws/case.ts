import { DeployError } from '../../src/errors.js';
import { refusal } from '../../src/model/aws-failure.js';
import { redact } from '../../src/model/redact.js';
import { cleanLine } from '../../src/model/untrusted-text.js';
import type { Account } from './account.js';

/** A question to the account. */
export interface Case {
  readonly name: string;
  /** The file that relies on the answer. */
  readonly file: string;
  /** Asks, and notes what was seen. Throws `Contradiction` and `NotAsked`; what else it throws is a failure. */
  readonly ask: (account: Account, note: Note) => Promise<void>;
}

/** What nobody could tell without a real account, as of November 2026; a finding may answer them. */
export const OPEN_POINTS = [
  'whether a restored deployment keeps its id',
  'which event names a deployment that was rolled back',
  'when UpdateService names the new service deployment',
  'what StopServiceDeployment refuses',
  'index or image in imageDigest',
  'the circuit breaker under BLUE_GREEN, LINEAR and CANARY',
  'PAUSE hooks under ROLLING',
  'the resource that RegisterTaskDefinition is allowed on',
] as const;

export type OpenPoint = (typeof OPEN_POINTS)[number];

/** Keeps a fact for the report; with a point, as the answer to it. */
export type Note = (fact: string, point?: OpenPoint) => void;

/** A fact that answers an open point. */
export interface Answer {
  readonly point: OpenPoint;
  readonly fact: string;
}

/** `seen` is no judgement; `contradicts` and `failed` are. */
export type Verdict = 'seen' | 'contradicts' | 'failed' | 'not allowed' | 'not asked';

/** What came of a case. Everything in it may be shown. */
export interface Finding {
  readonly name: string;
  readonly verdict: Verdict;
  readonly file: string;
  readonly facts: readonly string[];
  readonly answers: readonly Answer[];
}

/** AWS does something that our code relies on not being so. */
export class Contradiction extends Error {}

/** The account has nothing that the question could be about. */
export class NotAsked extends Error {}

/** Throws a `Contradiction` unless what the code relies on is so. */
export function relyOn(so: boolean, otherwise: string): asserts so {
  if (!so) throw new Contradiction(otherwise);
}

/** Asks, and never throws. */
export async function find({ name, file, ask }: Case, account: Account): Promise<Finding> {
  const facts: string[] = [];
  const answers: Answer[] = [];
  const note: Note = (text, point) => {
    const fact = showable(text, account);
    facts.push(fact);
    if (point !== undefined) answers.push({ point, fact });
  };
  const { verdict, why } = await ask(account, note).then(() => SEEN, verdictOn);
  if (why !== undefined) note(why);
  return { name, verdict, file, facts, answers };
}

interface Judged {
  readonly verdict: Verdict;
  readonly why?: string;
}

const SEEN: Judged = { verdict: 'seen' };

function verdictOn(error: unknown): Judged {
  if (error instanceof Contradiction) return { verdict: 'contradicts', why: error.message };
  if (error instanceof NotAsked) return { verdict: 'not asked', why: error.message };
  if (!(error instanceof Error)) return { verdict: 'failed', why: String(error) };
  const isOfAws = error instanceof DeployError || '$metadata' in error;
  const { code, message } = isOfAws
    ? refusal(error, 'The call')
    : { code: 'internal', message: error.message };
  return { verdict: code === 'access-denied' ? 'not allowed' : 'failed', why: message };
}

/** A fact in one clean line without secrets; the account's number is known to whoever reads it. */
function showable(fact: string, { inputs }: Account): string {
  return cleanLine(redact(fact)).replaceAll(inputs.account, 'ACCOUNT');
}

/** What AWS refuses, as the SDK tells it. */
export interface Refusal {
  readonly name: string;
  readonly status: number | undefined;
  readonly message: string;
}

/** How a call ends that should be refused; undefined when AWS took it. Throws when it says no more than that it is not allowed. */
export async function refusalOf(sent: Promise<unknown>): Promise<Refusal | undefined> {
  const refused = await anyRefusalOf(sent);
  if (refused instanceof DeployError) throw refused;
  return refused;
}

/** The same for a call whose denial is of interest: it is told as any other refusal. */
export async function denialOf(sent: Promise<unknown>): Promise<Refusal | undefined> {
  const refused = await anyRefusalOf(sent);
  return refused instanceof DeployError ? refusalIn(refused) : refused;
}

/** A denial comes as a `DeployError`. */
async function anyRefusalOf(sent: Promise<unknown>): Promise<Refusal | DeployError | undefined> {
  try {
    await sent;
    return undefined;
  } catch (error) {
    const known = refusal(error, 'The call');
    return known.code === 'access-denied' ? known : refusalIn(error);
  }
}

function refusalIn(error: unknown): Refusal {
  let told: unknown = error;
  while (told instanceof DeployError) told = told.cause;
  if (!(told instanceof Error)) throw error;
  const { $metadata } = told as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return { name: told.name, status: $metadata?.httpStatusCode, message: told.message };
}

/** Whether AWS said no for good, as `isRefusal` of src/model/aws-failure.ts takes it. */
export function isClientError(refused: Refusal | undefined): boolean {
  return refused?.status !== undefined && refused.status >= 400 && refused.status < 500;
}

/** A refusal in a few words. */
export function shown(refused: Refusal | undefined): string {
  return refused === undefined
    ? 'taken'
    : `${refused.name} (HTTP ${String(refused.status ?? 'without an answer')}): ${refused.message}`;
}
