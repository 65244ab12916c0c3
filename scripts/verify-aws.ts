/**
 * `npm run verify:aws`: asks a real account what our code takes for granted, and with the explicit word changes a
 * throw-away service through the built command. See CONTRIBUTING.md.
 *
 * Exit status: 0 AWS is as the code takes it to be, 1 it is not or something failed, 2 wrong inputs.
 */
import { openAccount, type Account } from './verify-aws/account.js';
import { find, type Case, type Finding } from './verify-aws/case.js';
import { CHANGES } from './verify-aws/changes.js';
import { contract } from './verify-aws/contract.js';
import { readInputs, type Inputs } from './verify-aws/inputs.js';
import { DEFINITION_READS } from './verify-aws/reads-of-definitions.js';
import { IMAGE_READS } from './verify-aws/reads-of-images.js';
import { SERVICE_READS } from './verify-aws/reads-of-services.js';
import { TASK_READS } from './verify-aws/reads-of-tasks.js';
import { whatIsThere, whatIsNew } from './verify-aws/left-behind.js';
import { agrees, isWrong, showFinding, showResult, writeResult } from './verify-aws/report.js';

const READS = [...SERVICE_READS, ...DEFINITION_READS, ...TASK_READS, ...IMAGE_READS];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The first Ctrl-C lets the case that goes on come to its end, so that a service is not left half-way. */
const stop = new AbortController();
process.once('SIGINT', () => {
  say('It ends after this case.');
  stop.abort();
});

/** Asks one after the other; `whileGood`: as long as none of them finds anything wrong. */
async function all(
  cases: readonly Case[],
  account: Account,
  whileGood: boolean,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const one of cases) {
    if (stop.signal.aborted || (whileGood && findings.some(isWrong))) break;
    const finding = await find(one, account);
    say(showFinding(finding));
    findings.push(finding);
  }
  return findings;
}

async function verify(inputs: Inputs): Promise<number> {
  const account = await openAccount(inputs);
  // What cannot be read now could not be read afterwards: then nothing is begun.
  const before = inputs.change ? await whatIsThere(account) : undefined;
  const findings = [
    ...(await all(READS, account, false)),
    ...(await all(before ? CHANGES : [], account, true)),
    ...(await all(inputs.subnets.length > 0 ? [contract] : [], account, true)),
  ];
  const result = { findings, left: before ? await whatIsNew(before, account) : [] };
  say(`\n${showResult(result)}`);
  say(`The same as JSON: ${await writeResult(result, inputs, new Date())}`);
  return agrees(result) && !stop.signal.aborted ? 0 : 1;
}

const inputs = readInputs(process.env);
if ('account' in inputs) {
  process.exitCode = await verify(inputs).catch((error: unknown) => {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  });
} else {
  process.stderr.write(inputs.map((problem) => `error: ${problem}\n`).join(''));
  process.exitCode = 2;
}
