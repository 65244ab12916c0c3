import { parseArgs } from 'node:util';
import { node24 } from './node-24.js';
import { runAction, type StepResult } from './run-action.js';
import { showOn } from './show.js';

const usage = `Runs an action of this machine as GitHub's runner does, and shows its log.

  npx tsx runner/cli.ts [--action FOLDER] [--input name=value …] [--env NAME=value …] [--github name=value …]

  --action FOLDER      folder of action.yml (default: .)
  --input name=value   what the step has under with
  --env NAME=value     what the step has under env
  --github name=value  a value of the context github, e.g. sha=…, token=…
  --workspace FOLDER   folder that the step works in (default: .)
  --node PROGRAM       program that runs the scripts (default: Node 24 of this repository when installed)
  --debug              step debug logging

Ctrl-C cancels the run. The exit status is 0 when the job succeeded, 1 otherwise.
`;

function pairs(values: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    values.map((value) => {
      const [, name = '', rest = ''] = /^([^=]+)=([^]*)$/u.exec(value) ?? [];
      if (name === '') throw new Error(`Expected name=value instead of: ${value}`);
      return [name, rest];
    }),
  );
}

function report(result: StepResult): string {
  const outputs = Object.entries(result.outputs).map(([name, value]) => `  ${name}=${value}`);
  const memory = Math.round((result.main?.peakMemoryBytes ?? 0) / 1024 / 1024);
  return [
    ...(result.main?.summary === undefined ? [] : ['', 'Summary:', result.main.summary]),
    ...(result.post?.summary === undefined ? [] : ['', 'Summary of post:', result.post.summary]),
    ...(outputs.length === 0 ? [] : ['', 'Outputs:', ...outputs]),
    '',
    `${result.conclusion} after ${(result.durationMs / 1000).toFixed(1)} s, peak memory ${memory} MiB`,
    '',
  ].join('\n');
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      action: { type: 'string', default: '.' },
      input: { type: 'string', multiple: true, default: [] },
      env: { type: 'string', multiple: true, default: [] },
      github: { type: 'string', multiple: true, default: [] },
      workspace: { type: 'string', default: '.' },
      node: { type: 'string', default: node24() ?? process.execPath },
      debug: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const cancel = new AbortController();
  process.once('SIGINT', () => cancel.abort()).once('SIGTERM', () => cancel.abort());
  const result = await runAction({
    action: values.action,
    inputs: pairs(values.input),
    env: pairs(values.env),
    contexts: { github: pairs(values.github) },
    workspace: values.workspace,
    node: values.node,
    debug: values.debug,
    cancel: cancel.signal,
    onLine: showOn(process.stdout),
  });
  process.stdout.write(report(result));
  process.exitCode = result.conclusion === 'success' ? 0 : 1;
}

await main();
