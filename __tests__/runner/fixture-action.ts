import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAction, type ActionRun, type StepResult } from '../../runner/run-action.js';
import { loggedText } from '../../runner/stage-log.js';

/** What the scripts of a fixture can use: shortcuts to the files through which a step speaks to the runner. */
const prelude = `
const fs = require('node:fs');
const { spawn } = require('node:child_process');
const { env } = process;
const append = (file, text) => fs.appendFileSync(env['GITHUB_' + file], text);
const say = console.log;
const forever = () => setInterval(() => undefined, 1000);
`;

const manifest = `
name: Fixture
inputs:
  first name:
    default: Ada
  dash-ed:
    default: \${{ github.sha }}@\${{runner.os}}
  flag:
    default: false
  none:
    required: true
  old:
    deprecationMessage: use flag
runs:
  using: node24
  main: main.js
  post: post.js
`;

/** Runs an action that is made of these scripts and removed afterwards. */
export async function runScripts(
  scripts: { main: string; post?: string; manifest?: string },
  options: Omit<ActionRun, 'action'> = {},
): Promise<StepResult> {
  const action = await mkdtemp(join(tmpdir(), 'fixture-action-'));
  try {
    await writeFile(join(action, 'action.yml'), scripts.manifest ?? manifest);
    await writeFile(join(action, 'main.js'), prelude + scripts.main);
    await writeFile(join(action, 'post.js'), prelude + (scripts.post ?? ''));
    return await runAction({ action, ...options });
  } finally {
    await rm(action, { recursive: true, force: true });
  }
}

/** What main's script has in the log, without what the runner itself says first. */
export function logOf(stage: StepResult['main']): readonly string[] {
  const lines = (stage?.lines ?? []).map(loggedText);
  return lines.slice(lines.findIndex((line) => line === '##[endgroup]' || line === 'Post job cleanup.') + 1);
}
