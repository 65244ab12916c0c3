import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { parseDocument } from 'yaml';
import { machineEnvironment } from '../../runner/environment.js';
import type { WorkflowRun } from '../../runner/workflow/results.js';
import { runWorkflow } from '../../runner/workflow/run-workflow.js';
import type { StandIn } from '../../runner/workflow/stand-in.js';
import { EVERY, WHY_SKIPPED } from './every-scenario.js';
import { deployStep, uploadTo, workflowFile, type Upload } from './workflow-account.js';

/* The job of this project's own workflow that starts a local AWS and runs this action in it, before it does so on GitHub. */

const ROOT = workflowFile('.');

/** In place of actions/checkout: what is here, installed packages included. */
const checkOut: StandIn = ({ contexts: { github } }) => {
  for (const name of readdirSync(ROOT)) symlinkSync(join(ROOT, name), join(github['workspace'] ?? '', name));
  return {};
};

/**
 * An `npm` that installs nothing, because everything is installed here, and in all else is the machine's own. It says its
 * process id in a file of the folder. Returns the PATH on which it is.
 */
function writeNpm(folder: string): string {
  const npm = execFileSync('which', ['npm'], { encoding: 'utf8' }).trim();
  const script = `#!/bin/sh\n[ "$1" = ci ] && exit\necho $$ >'${folder}/npm.pid'\nexec '${npm}' "$@"\n`;
  writeFileSync(join(folder, 'npm'), script, { mode: 0o755 });
  return `${folder}${delimiter}${process.env['PATH'] ?? ''}`;
}

/** Ends the local AWS with its tasks and database. GitHub throws the machine away instead. */
async function endNpm(folder: string): Promise<void> {
  const pid = Number(readFileSync(join(folder, 'npm.pid'), 'utf8'));
  process.kill(pid, 'SIGTERM');
  while (existsSync(`/proc/${String(pid)}`)) await sleep(100);
}

async function runJobAlone(path: string, job: string, uploads: Upload[]): Promise<WorkflowRun> {
  const folder = mkdtempSync(join(tmpdir(), 'deploy-backend-own-workflow-'));
  try {
    const document = parseDocument(readFileSync(workflowFile(path), 'utf8'));
    for (const other of Object.keys((document.toJS() as { jobs: object }).jobs))
      if (other !== job) document.deleteIn(['jobs', other]);
    const file = join(folder, 'workflow.yml');
    writeFileSync(file, document.toString());
    return await runWorkflow({
      file,
      event: { name: 'workflow_dispatch' },
      machine: { ...machineEnvironment(process.env), PATH: writeNpm(folder) },
      standIns: {
        'actions/checkout': checkOut,
        'actions/setup-node': () => ({ post: () => endNpm(folder).then(() => ({})) }),
        'actions/upload-artifact': uploadTo(uploads),
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the project's own end-to-end workflow", () => {
  const test = EVERY ? it : it.skip;

  test(`releases, tests and rolls back in the local AWS that it starts${EVERY ? '' : ` (${WHY_SKIPPED})`}`, async () => {
    const uploads: Upload[] = [];
    const run = await runJobAlone('.github/workflows/e2e.yml', 'runner', uploads);
    const [job] = run.jobs;
    expect(job?.annotations.filter(({ level }) => level === 'error')).toEqual([]);
    expect(run.conclusion).toBe('success');
    expect(job && deployStep(job).outputs['outcome']).toBe('released');
    expect(Object.keys(uploads[0]?.files ?? {})).toContain('sandbox');
  }, 240_000);
});
