import { describe, expect, it } from '@jest/globals';
import { runText, said, type Told } from './fixture-workflow.js';

const steps = (text: string, head = ''): string =>
  `on: { push: {}, workflow_dispatch: { inputs: { dry: { type: boolean, default: true } } } }
${head}
jobs:
  only:
    runs-on: ubuntu-latest
    outputs: { seen: "\${{ steps.it.outputs.seen }}" }
    steps:
${text}`;
const tell = (say: string, more = ''): string =>
  `      - uses: acme/tell@v1\n        with: { say: "${say}" }\n${more}`;
const script = (run: string, more = ''): string =>
  `      - id: it\n        run: |\n${run.replace(/^/gm, '          ')}\n${more}`;
const only = ({ run }: Told) => run.jobs[0]!;
const texts = (told: Told): readonly string[] => only(told).lines.map(({ text }) => text);

/** An action of Node in the repository of the workflow, which says its name, its state and what it sees in post. */
const action = (name: string): Readonly<Record<string, string>> => ({
  [`${name}/action.yml`]: `{ name: ${name}, inputs: { word: {} }, runs: { using: node24, main: main.cjs, post: post.cjs } }`,
  [`${name}/main.cjs`]: `require('fs').appendFileSync(process.env.GITHUB_STATE, 'w=' + process.env.INPUT_WORD + '\\n');
    require('fs').appendFileSync(process.env.GITHUB_ENV, 'LAST=${name}\\n');`,
  [`${name}/post.cjs`]: `console.log('post of ${name}:', process.env.STATE_w, process.env.LAST, process.env.LATE);
    require('fs').appendFileSync(process.env.GITHUB_ENV, 'LATE=after ${name}\\n');`,
});

describe('The steps of a job', () => {
  it('share what they leave in the environment, with their own over it and that of the job', async () => {
    const ran = await runText(
      steps(
        script(
          'echo "A=step" >> "$GITHUB_ENV"; echo "seen=$A$B$C" >> "$GITHUB_OUTPUT"',
          '        env: { C: own }\n',
        ) +
          tell('${{ env.A }} ${{ env.B }} ${{ env.C }}') +
          tell('${{ env.A }}', '        env: { A: mine }\n'),
        "env: { A: workflow, B: '${{ github.event_name }}' }",
      ),
    );
    expect(said(ran)).toEqual(['step push ', 'mine']);
    expect(only(ran).outputs).toEqual({ seen: 'workflowpushown' });
  });

  it('run their post steps at the end, the last one first, with what earlier posts left', async () => {
    const ran = await runText(
      steps(
        `      - uses: acme/app/one@v1\n        with: { word: a }\n${tell('between')}` +
          `      - uses: acme/app/two@v1\n        with: { word: b }\n${script('echo end; exit 3')}` +
          `      - uses: acme/app/one@v1\n`,
      ),
      {},
      { ...action('one'), ...action('two') },
    );
    expect(texts(ran).filter((text) => /^(post of|end)/.test(text))).toEqual([
      ...['end', 'post of two: b two undefined', 'post of one: a two after two'],
    ]);
    expect(ran.told).toEqual(['between', 'after between']);
    expect(only(ran).posts.map(({ name }) => name)).toEqual(['two', 'acme/tell@v1', 'one']);
    expect(only(ran).steps.map(({ outcome }) => outcome)).toEqual([
      ...['success', 'success', 'success', 'failure', 'skipped'],
    ]);
    expect(only(ran).annotations).toMatchObject([
      { level: 'error', message: 'Process completed with exit code 3.' },
    ]);
  });

  it('are skipped after a failure, but for those whose condition asks for it', async () => {
    const ran = await runText(
      steps(
        `      - uses: acme/tell@v1\n        id: it\n        with: { say: first, fail: broken }\n` +
          tell('never') +
          tell('${{ job.status }} ${{ steps.it.outcome }}', '        if: always()\n') +
          tell('on failure', '        if: failure()\n') +
          tell('on cancel', '        if: cancelled()\n') +
          tell('plain', "        if: steps.it.outcome == 'failure'\n"),
      ),
    );
    expect(said(ran)).toEqual(['first', 'failure failure', 'on failure']);
    expect(only(ran).result).toBe('failure');
  });

  it('may fail where continue-on-error lets them', async () => {
    const ran = await runText(
      steps(
        script('exit 1', "        continue-on-error: ${{ github.event_name == 'push' }}\n") +
          tell('${{ steps.it.outcome }} ${{ steps.it.conclusion }}'),
      ),
    );
    expect([said(ran), only(ran).result]).toEqual([['failure success'], 'success']);
  });

  it('stop a script at a broken pipe only with the shell named', async () => {
    const pipe = (shell: string) => runText(steps(script('false | true\necho on', shell)));
    expect(texts(await pipe(''))).toContain('on');
    expect(texts(await pipe('        shell: bash\n'))).not.toContain('on');
    await expect(pipe('        shell: pwsh\n')).rejects.toThrow('pwsh cannot be imitated');
  });

  it('are told how a run by hand was filled in, as its type and as text', async () => {
    const event = (inputs: Record<string, string>) => ({ event: { name: 'workflow_dispatch', inputs } });
    const text = steps(tell("${{ inputs.dry == true }} ${{ github.event.inputs.dry == 'true' }}"));
    expect(said(await runText(text, event({})))).toEqual(['true true']);
    expect(said(await runText(text, event({ dry: 'false' })))).toEqual(['false false']);
    await expect(runText(text, { event: { name: 'schedule' } })).rejects.toThrow('does not start');
  });

  it('never evaluate what somebody filled in', async () => {
    const text = steps(tell('${{ github.event.inputs.word }}')).replace('dry: {', 'word: {}, dry: {');
    const word = '${{ github.token }}';
    expect(said(await runText(text, { event: { name: 'workflow_dispatch', inputs: { word } } }))).toEqual([
      word,
    ]);
  });

  it('that run are ended by a cancel, and those after it that ask for it still run', async () => {
    const cancel = new AbortController();
    const ran = await runText(
      steps(
        script('echo begun; sleep 20 & wait') +
          tell('never') +
          tell('${{ job.status }}', '        if: always()\n') +
          tell('cancelled', '        if: cancelled()\n'),
      ),
      {
        cancel: cancel.signal,
        onLine: ({ text }) => {
          if (text === 'begun') cancel.abort();
        },
      },
    );
    expect(said(ran)).toEqual(['cancelled', 'cancelled']);
    expect([only(ran).steps[0]?.outcome, ran.run.conclusion]).toEqual(['cancelled', 'cancelled']);
  });

  it('that run go on after a cancel where their condition still holds', async () => {
    const cancel = new AbortController();
    const ran = await runText(steps(script('echo begun; sleep 0.5; echo whole', '        if: always()\n')), {
      cancel: cancel.signal,
      onLine: ({ text }) => {
        if (text === 'begun') cancel.abort();
      },
    });
    expect(texts(ran)).toContain('whole');
    expect([only(ran).steps[0]?.outcome, only(ran).result]).toEqual(['success', 'cancelled']);
  });

  it('are all looked up before the first one runs', async () => {
    const text = steps(`${tell('first')}      - uses: other/thing@v1\n        if: false\n`);
    await expect(runText(text)).rejects.toThrow('There is no stand-in for other/thing@v1');
  });

  it('are asked for identity tokens only with the permission', async () => {
    const seen = script('echo "seen=$ACTIONS_ID_TOKEN_REQUEST_URL" >> "$GITHUB_OUTPUT"');
    const idToken = (environment: string | undefined) => ({
      url: `of ${environment ?? 'none'}`,
      token: 'secret',
    });
    const permitted = await runText(steps(seen, 'permissions: { id-token: write }'), { idToken });
    expect(only(permitted).outputs).toEqual({ seen: 'of none' });
    expect(only(await runText(steps(seen), { idToken })).outputs).toEqual({});
  });
});
