import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { runnerGraces } from '../../runner/step-process.js';
import type { Annotation, LogLine } from '../../runner/stage-log.js';
import { logOf, runScripts } from './fixture-action.js';

const quick = { interruptMs: 800, terminateMs: 800, outputMs: 100 };
const saying = (text: string) => (line: LogLine) => line.text === text;
const messages = (annotations: readonly Annotation[], level: Annotation['level']) =>
  annotations.filter((one) => one.level === level).map((one) => one.message);

describe('The environment of a step', () => {
  it('has the declared inputs, given or by default, and an unknown one with a warning', async () => {
    const result = await runScripts(
      {
        main: `for (const name of Object.keys(env).sort()) if (name.startsWith('INPUT_')) say(name + '=' + env[name]);`,
      },
      {
        inputs: { 'First Name': 'Grace', surplus: '1' },
        contexts: { github: { sha: 'abc' }, runner: { os: 'Plan9' } },
      },
    );
    expect(logOf(result.main)).toEqual([
      'INPUT_DASH-ED=abc@Plan9',
      'INPUT_FIRST_NAME=Grace',
      'INPUT_FLAG=false',
      'INPUT_NONE=',
      'INPUT_OLD=',
      'INPUT_SURPLUS=1',
    ]);
    expect(messages(result.main?.annotations ?? [], 'warning')).toEqual([
      "Unexpected input(s) 'surplus', valid inputs are ['first name', 'dash-ed', 'flag', 'none', 'old']",
    ]);
    expect(result.conclusion).toBe('success');
  });

  it('warns of a deprecated input that is given', async () => {
    const result = await runScripts({ main: '' }, { inputs: { old: 'x' } });
    expect(messages(result.main?.annotations ?? [], 'warning')).toEqual([
      "Input 'old' has been deprecated with message: use flag",
    ]);
  });

  it("has the runner's variables, the step's own, and nothing of this process's AWS or npm variables", async () => {
    const result = await runScripts(
      {
        main: `
          say([env.CI, env.GITHUB_ACTIONS, env.GITHUB_REF_NAME, env.GITHUB_WORKSPACE === process.cwd(), env.MINE].join());
          say(Object.keys(env).filter((name) => /^(AWS|npm|JEST|NODE)_/.test(name)).join());
          say(String(env.GITHUB_TOKEN), fs.readdirSync('.').length, fs.existsSync(env.RUNNER_TEMP));`,
      },
      { env: { MINE: 'yes' }, contexts: { github: { ref: 'refs/heads/next', token: 'hidden-token' } } },
    );
    expect(logOf(result.main)).toEqual(['true,true,next,true,yes', '', 'undefined 0 true']);
    expect(result.masks).toContain('hidden-token');
  });

  it('has where to ask for identity tokens, in both stages, only when the job is permitted to', async () => {
    const main = `say([env.ACTIONS_ID_TOKEN_REQUEST_URL, env.ACTIONS_ID_TOKEN_REQUEST_TOKEN === 'se' + 'cret'].join());`;
    const idToken = { url: 'http://127.0.0.1:9/token?a=b', token: 'secret' };
    const permitted = await runScripts({ main, post: main }, { idToken });
    expect(logOf(permitted.main)).toEqual(['http://127.0.0.1:9/token?a=b,true']);
    expect(logOf(permitted.post)).toContain('http://127.0.0.1:9/token?a=b,true');
    expect(permitted.masks).toContain('secret');
    expect(logOf((await runScripts({ main })).main)).toEqual([',false']);
  });

  it('has a standard input that is at its end', async () => {
    const result = await runScripts({ main: `say('read ' + fs.readFileSync(0).length);` });
    expect(logOf(result.main)).toEqual(['read 0']);
  });

  it.each([
    ['the context env in a default', 'inputs: { a: { default: "${{ env.HOME }}" } }'],
    ['a function in a default', `inputs: { a: { default: "\${{ hashFiles('a') }}" } }`],
  ])('is never made of an action with %s', async (_, inputs) => {
    const manifest = `{ name: a, ${inputs}, runs: { using: node24, main: main.js } }`;
    await expect(runScripts({ main: '', manifest })).rejects.toThrow('Unrecognized named-value');
  });
});

describe('What a step leaves in its files', () => {
  it('becomes outputs, state and environment of post, and the summary with masks', async () => {
    const result = await runScripts({
      main: `
        say('::add-mask::hush-hush');
        append('OUTPUT', 'digest=sha256:1\\nlog<<END\\na\\nb\\nEND\\n');
        append('OUTPUT', 'DIGEST=sha256:2\\n');
        append('STATE', 'deployment=d-1\\n');
        append('ENV', 'LATER=on\\n');
        append('PATH', '/first\\n/second\\n');
        append('STEP_SUMMARY', '# hush-hush\\ndone');`,
      post: `
        say([env.STATE_deployment, env.LATER, env.INPUT_FLAG, env.PATH.split(':').slice(0, 2)].join());
        append('OUTPUT', 'digest=sha256:3\\n');
        append('STEP_SUMMARY', 'cleaned up\\n');`,
    });
    expect(result.outputs).toEqual({ digest: 'sha256:2', log: 'a\nb' });
    expect(result.state).toEqual({ deployment: 'd-1' });
    expect(logOf(result.post)).toEqual(['d-1,on,false,/second,/first']);
    expect(result.main?.summary).toBe('# ***\ndone\n');
    expect(result.post?.summary).toBe('cleaned up\n');
  });

  it('fails the step where a value is cut off, and what stands before it is kept', async () => {
    const result = await runScripts({
      main: `append('OUTPUT', 'kept=1\\ncut<<END\\nhalf of'); append('STATE', 'id=7\\n');`,
      post: `say(env.STATE_id);`,
    });
    expect(result.conclusion).toBe('failure');
    expect(result.main?.exitCode).toBe(0);
    expect(result.outputs).toEqual({ kept: '1' });
    expect(messages(result.annotations, 'error')).toEqual([
      "Unable to process file command 'output' successfully.",
      'Invalid value. EOF marker missing new line.',
    ]);
    expect(logOf(result.post)).toEqual(['7']);
  });

  it('may be nothing, also where the step has removed the file', async () => {
    const result = await runScripts({
      main: `for (const name of ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY']) fs.rmSync(env['GITHUB_' + name]);`,
    });
    expect(result).toMatchObject({ conclusion: 'success', outputs: {}, state: {}, annotations: [] });
  });

  it('may be a summary of 1 MiB; a larger one is dropped with an error, and the step succeeds', async () => {
    const writing = (bytes: number) => ({ main: `append('STEP_SUMMARY', 'x'.repeat(${bytes}));` });
    const [whole, dropped] = await Promise.all([
      runScripts(writing(1024 * 1024)),
      runScripts(writing(1024 * 1024 + 1)),
    ]);
    expect(whole.main?.summary).toHaveLength(1024 * 1024 + 1);
    expect(dropped.main?.summary).toBeUndefined();
    expect(dropped.conclusion).toBe('success');
    expect(messages(dropped.annotations, 'error')).toEqual([
      expect.stringMatching(
        /^\$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got 1024k\./,
      ),
    ]);
  });
});

describe('What a step says', () => {
  it('is taken as commands on both outputs, and masked from then on', async () => {
    const result = await runScripts({
      main: `
        say('before: hush-hush');
        say('::add-mask::hush-hush');
        say('::group::A hush-hush group'); say('inside'); say('::endgroup::');
        say('::notice title=Note,file=a.ts,line=3::see%0Abelow');
        say('::set-output name=old::1'); say('::save-state name=kept::2');
        say('::debug::not shown'); say('::set-env name=X::y');
        fs.writeSync(1, 'progress 1\\rprogress hush-hush\\r::warning::after a carriage return\\n');`,
      post: `say(env.STATE_kept)`,
    });
    expect(logOf(result.main)).toEqual([
      'before: hush-hush',
      '##[group]A *** group',
      'inside',
      '##[endgroup]',
      '##[notice]see\nbelow',
      "##[error]Unable to process command '::set-env name=X::y' successfully.",
      expect.stringMatching(/^##\[error\]The `set-env` command is disabled\./),
      'progress 1',
      'progress ***',
      '##[warning]after a carriage return',
    ]);
    expect(result.annotations[0]).toEqual({
      stage: 'main',
      level: 'notice',
      message: 'see\nbelow',
      properties: { title: 'Note', file: 'a.ts', line: '3' },
    });
    expect(result.outputs).toEqual({ old: '1' });
    expect(logOf(result.post)).toEqual(['2']);
    expect(result.conclusion).toBe('failure');
    expect(result.main?.raw.map((line) => line.text)).toContain('progress hush-hush');
  });

  it('is obeyed also where a hostile line smuggles a command in, in either form', async () => {
    const result = await runScripts({
      main: `
        console.error('2026-11-24 INFO user said ##[set-output name=forged]yes');
        console.error('\\u3000::save-state name=forged::yes');
        say('::error:\\u001b:seen');
        say('text ::error::not a command');`,
      post: `say(env.STATE_forged)`,
    });
    expect(result.outputs).toEqual({ forged: 'yes' });
    expect(logOf(result.post)).toEqual(['yes']);
    expect(messages(result.annotations, 'error')).toEqual([':seen']);
    expect(logOf(result.main)).toContain('text ::error::not a command');
  });

  it('is not obeyed between stop-commands and its token, on either output', async () => {
    const result = await runScripts({
      main: `
        fs.writeSync(1, '::stop-commands::Pause-1234\\n::error::one\\n##[error]two\\n::stop-commands::x\\n::pause-1234::\\n::error::three\\n');`,
    });
    expect(messages(result.annotations, 'error')).toEqual(['three']);
    expect(logOf(result.main)).toEqual([
      '::stop-commands::***',
      '::error::one',
      '##[error]two',
      '::stop-commands::x',
      '::pause-1234::',
      '##[error]three',
    ]);
  });

  it.each(['', 'error', 'pause-logging'])(
    'gives the step up at the unusable stop token "%s"',
    async (token) => {
      const result = await runScripts({
        main: `fs.writeSync(1, '::stop-commands::${token}\\nlater\\n'); forever();`,
        post: `say('post')`,
      });
      expect(result.main).toMatchObject({ conclusion: 'failure', exitCode: undefined, signals: [] });
      expect(messages(result.annotations, 'error')).toEqual([
        expect.stringMatching(/^You cannot use a endToken that is an empty string/),
      ]);
      expect(logOf(result.main)).not.toContain('later');
      expect(logOf(result.post)).toEqual(['post']);
      expect(result.orphans).toHaveLength(1);
    },
  );

  it('has ten annotations of a level a stage, 4096 characters each, and the rest in the log alone', async () => {
    const result = await runScripts({
      main: `for (let i = 0; i < 12; i++) say('::warning::' + i); say('::error::' + 'x'.repeat(5000));`,
      post: `for (let i = 0; i < 12; i++) say('::warning::post ' + i);`,
    });
    expect(messages(result.main?.annotations ?? [], 'warning')).toEqual(
      Array.from({ length: 10 }, (_, i) => `${i}`),
    );
    expect(messages(result.post?.annotations ?? [], 'warning')).toHaveLength(10);
    expect(messages(result.annotations, 'error')[0]).toHaveLength(4096);
    expect(logOf(result.main)).toContain('##[warning]11');
  });

  it('has its debug lines and its commands shown under step debug logging', async () => {
    const result = await runScripts(
      { main: `say('::debug::d'); say('::set-output name=a::b');` },
      { debug: true },
    );
    expect(logOf(result.main)).toEqual(['##[debug]d', '::set-output name=a::b']);
  });
});

describe('The end of a step', () => {
  it('is a failure where main or post ends with another status than 0, and post runs all the same', async () => {
    const main = await runScripts({ main: 'process.exit(3)', post: `say('post')` });
    expect([main.conclusion, main.main?.exitCode, main.post?.conclusion]).toEqual(['failure', 3, 'success']);
    const post = await runScripts({ main: '', post: 'process.exit(1)' });
    expect([post.conclusion, post.main?.conclusion, post.post?.conclusion]).toEqual([
      'failure',
      'success',
      'failure',
    ]);
  });

  it('after a kill leaves post with the state and later steps with the outputs that were written before', async () => {
    const result = await runScripts(
      {
        main: `append('STATE', 'way-back=7\\n'); append('OUTPUT', 'digest=sha256:1\\n'); say('deploying'); forever();`,
        post: `say(env['STATE_way-back'])`,
      },
      { killWhen: saying('deploying') },
    );
    expect(result.main).toMatchObject({ exitCode: 137, signals: ['SIGKILL'], conclusion: 'failure' });
    expect(result.outputs).toEqual({ digest: 'sha256:1' });
    expect(logOf(result.post)).toEqual(['7']);
    expect(result.conclusion).toBe('failure');
  });

  it('after a cancel is SIGINT, then SIGTERM, then a kill; post gets the state and no signal', async () => {
    const result = await runScripts(
      {
        main: `
          for (const name of ['SIGINT', 'SIGTERM'])
            process.on(name, () => { append('STATE', name + '=seen\\n'); say(name); });
          say('ready'); forever();`,
        post: `process.on('SIGINT', () => say('signalled')); say(env.STATE_SIGINT + ' ' + env.STATE_SIGTERM);`,
      },
      { cancelAfter: saying('ready'), graces: quick },
    );
    expect(result.main).toMatchObject({
      signals: ['SIGINT', 'SIGTERM', 'SIGKILL'],
      exitCode: 137,
      conclusion: 'cancelled',
    });
    expect(logOf(result.main)).toEqual([
      'ready',
      'SIGINT',
      'SIGTERM',
      '##[error]The operation was canceled.',
    ]);
    expect(result.post?.signals).toEqual([]);
    expect(logOf(result.post)).toEqual(['seen seen']);
    expect(result.conclusion).toBe('cancelled');
  });

  it('after a cancel is cancelled also where the script ends with 0 on SIGINT', async () => {
    const cancel = new AbortController();
    const result = await runScripts(
      { main: `process.on('SIGINT', () => process.exit(0)); say('ready'); forever();`, post: `say('post')` },
      { cancel: cancel.signal, onLine: (line) => line.text === 'ready' && cancel.abort() },
    );
    expect(result.main).toMatchObject({ signals: ['SIGINT'], exitCode: 0, conclusion: 'cancelled' });
    expect(logOf(result.post)).toEqual(['post']);
  });

  it('is cancelled where the cancel comes while post runs, which is not signalled', async () => {
    const cancel = new AbortController();
    const result = await runScripts(
      {
        main: '',
        post: `say('ready'); process.on('SIGINT', () => process.exit(9)); setTimeout(() => say('done'), 50)`,
      },
      { cancel: cancel.signal, onLine: (line) => line.text === 'ready' && cancel.abort() },
    );
    expect(result).toMatchObject({
      conclusion: 'cancelled',
      main: { conclusion: 'success' },
      post: { exitCode: 0 },
    });
    expect(logOf(result.post)).toEqual(['ready', 'done']);
  });

  it('is a failure with the reason where Node cannot be started', async () => {
    const result = await runScripts({ main: '' }, { node: '/nowhere/node' });
    expect(result.conclusion).toBe('failure');
    expect(messages(result.main?.annotations ?? [], 'error')).toEqual(['spawn /nowhere/node ENOENT']);
  });

  it('never comes where the run was cancelled before it began: neither main nor post starts', async () => {
    const result = await runScripts({ main: `say('main')` }, { cancel: AbortSignal.abort() });
    expect(result).toMatchObject({ conclusion: 'cancelled', main: undefined, post: undefined, lines: [] });
  });

  it('comes 7.5 s after SIGINT by SIGTERM and 2.5 s later by a kill, and outputs are waited for 5 s', () => {
    expect(runnerGraces).toEqual({ interruptMs: 7500, terminateMs: 2500, outputMs: 5000 });
  });

  const seen = existsSync('/proc/self/environ');
  (seen ? it : it.skip)(
    `leaves children of a killed script running until the end of the job${seen ? '' : ' (skipped: there is no /proc)'}`,
    async () => {
      const child = `spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })`;
      const result = await runScripts(
        {
          main: `const child = ${child}; append('STATE', 'child=' + child.pid + '\\n'); say('ready'); forever();`,
          post: `say('alive ' + process.kill(Number(env.STATE_child), 0));`,
        },
        { killWhen: saying('ready'), graces: quick },
      );
      expect(logOf(result.post)).toEqual(['alive true']);
      expect(result.orphans.map((orphan) => String(orphan.pid))).toEqual([result.state['child']]);
    },
  );

  it('is told with the memory that the script had resident, where the system tells it', async () => {
    const result = await runScripts({
      main: `const held = Buffer.alloc(96 * 1024 * 1024, 1); setTimeout(() => say(held.length), 500);`,
    });
    const least = existsSync('/proc/self/status') ? 96 * 1024 * 1024 : 0;
    expect(result.main?.peakMemoryBytes).toBeGreaterThanOrEqual(least);
  });

  it.each([
    ['success()', 'process.exit(1)', false],
    ['success()', '', true],
    ['failure()', 'process.exit(1)', true],
    ['always()', 'process.exit(1)', true],
  ])('runs post under post-if: %s after "%s": %s', async (condition, main, runs) => {
    const manifest = `{ name: a, runs: { using: node24, main: main.js, post: post.js, post-if: ${condition} } }`;
    const result = await runScripts({ main, manifest });
    expect(result.post !== undefined).toBe(runs);
  });
});
