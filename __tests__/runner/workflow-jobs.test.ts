import { describe, expect, it } from '@jest/globals';
import { results, runText, said } from './fixture-workflow.js';

const tell = (say: string, more = ''): string =>
  `    runs-on: ubuntu-latest\n    steps:\n      - uses: acme/tell@v1\n        id: it\n        with: { say: "${say}"${more} }\n`;
const failing = tell('bad', ', fail: broken');
const jobs = (text: string): string => `on: push\njobs:\n${text}`;

describe('The jobs of a workflow', () => {
  it('run after those that they need, and read their outputs and results', async () => {
    const ran = await runText(
      jobs(
        `  last:\n    needs: [first, second]\n${tell('${{ needs.first.outputs.word }}, ${{ needs.second.result }}')}` +
          `  second:\n    needs: first\n${tell('second')}` +
          `  first:\n    outputs: { word: "\${{ steps.it.outputs.said }}", empty: "" }\n${tell('hello')}`,
      ),
    );
    expect(said(ran)).toEqual(['hello', 'second', 'hello, success']);
    expect(ran.run.conclusion).toBe('success');
    expect(ran.run.jobs[0]?.outputs).toEqual({ word: 'hello' });
  });

  it('are skipped after a failure anywhere before them, unless their condition asks for it', async () => {
    const ran = await runText(
      jobs(
        `  a:\n${failing}  b:\n    needs: a\n${tell('b')}  c:\n    needs: b\n    if: always()\n${tell('c')}` +
          `  d:\n    needs: c\n${tell('d')}  e:\n    needs: b\n    if: failure()\n${tell('e')}` +
          `  f:\n    needs: a\n    if: needs.a.result == 'failure'\n${tell('f')}`,
      ),
    );
    expect(results(ran)).toEqual({
      ...{ a: 'failure', b: 'skipped', c: 'success', d: 'skipped', e: 'success', f: 'skipped' },
    });
    expect(ran.run.conclusion).toBe('failure');
  });

  it('run once for each combination of a matrix', async () => {
    const ran = await runText(
      jobs(
        `  a:\n    name: on \${{ matrix.os }}\n    strategy: { matrix: { os: "\${{ fromJSON('[1, 2]') }}" } }\n${tell(
          '${{ matrix.os }} of ${{ strategy.job-total }}',
        )}`,
      ),
    );
    expect(said(ran)).toEqual(['1 of 2', '2 of 2']);
    expect(results(ran)).toEqual({ 'on 1': 'success', 'on 2': 'success' });
  });

  it.each([
    [true, ['bad 1'], 'cancelled'],
    [false, ['bad 1', 'bad 2'], 'failure'],
  ])('end with the first that fails where fail-fast is %s', async (failFast, told, second) => {
    const ran = await runText(
      jobs(
        `  a:\n    strategy: { fail-fast: ${failFast}, matrix: { n: [1, 2] } }\n${tell('bad ${{ matrix.n }}', ', fail: broken')}`,
      ),
    );
    expect(said(ran)).toEqual(told);
    expect(ran.run.jobs.map(({ result }) => result)).toEqual(['failure', second]);
  });

  it('give no output that holds a masked value', async () => {
    const ran = await runText(
      jobs(
        `  a:\n    outputs:\n      account: "\${{ steps.it.outputs.said }}"\n      arn: "arn:\${{ steps.it.outputs.said }}:x"\n` +
          `      digest: "sha256:1"\n      key: "\${{ secrets.KEY }}"\n    environment: { name: live, url: "https://\${{ steps.it.outputs.said }}/" }\n${tell(
            '123456789012',
            ", mask: '123456789012'",
          )}`,
      ),
      { secrets: { KEY: 'hush-hush' } },
    );
    expect(ran.run.jobs[0]?.outputs).toEqual({ digest: 'sha256:1' });
    expect(ran.run.jobs[0]?.environment).toEqual({ name: 'live', url: '', deployment: true });
  });

  it('have variables and secrets of their environment in place of those of the repository', async () => {
    const ran = await runText(
      jobs(`  a:\n    environment: live\n${tell('${{ vars.WHERE }} ${{ secrets.KEY }} ${{ vars.ALL }}')}`),
      {
        vars: { WHERE: 'nowhere', ALL: 'all' },
        environments: { live: { vars: { WHERE: 'live' }, secrets: { KEY: 'own' } } },
      },
    );
    expect(said(ran)).toEqual(['live own all']);
    expect(ran.run.jobs[0]?.masks).toContain('own');
  });

  it.each([
    ['services', 'services: {}'],
    ['container', 'container: node'],
    ['needs', 'needs: nobody'],
  ])('are refused with %s', async (what, line) => {
    await expect(runText(jobs(`  a:\n    ${line}\n${tell('a')}`))).rejects.toThrow(what);
  });
});

const callee = (more = '', outputs = ''): string => `
on:
  workflow_call:
    inputs: { dry: { type: boolean, default: false }, word: { type: string } }
    secrets: { KEY: { required: false } }
    outputs: { word: { value: "\${{ jobs.inner.outputs.word }}" }${outputs} }
${more}
jobs:
  inner:
    outputs: { word: "\${{ steps.it.outputs.said }}" }
    runs-on: ubuntu-latest
    steps:
      - uses: acme/tell@v1
        id: it
        with: { say: "\${{ inputs.dry == false && inputs.word || 'dry' }} \${{ secrets.KEY != '' }} \${{ github.event_name }}" }
`;
const calling = (uses: string, more = ''): string =>
  jobs(
    `  outer:\n    uses: ${uses}\n${more}  after:\n    needs: outer\n${tell('got ${{ needs.outer.outputs.word }}')}`,
  );

describe('A called workflow', () => {
  const files = (text = callee()) => ({ '.github/workflows/callee.yml': text });

  it.each(['./.github/workflows/callee.yml', 'acme/app/.github/workflows/callee.yml@v1'])(
    'named %s gets inputs and secrets, and gives outputs',
    async (uses) => {
      const ran = await runText(
        calling(
          uses,
          '    with: { word: "${{ github.ref_name }}" }\n    secrets: { KEY: "${{ secrets.OWN }}" }\n',
        ),
        { secrets: { OWN: 'hush-hush' } },
        files(),
      );
      expect(said(ran)).toEqual(['master true push', 'got master true push']);
      expect(ran.run.jobs[0]?.called?.jobs[0]?.masks).toContain('hush-hush');
    },
  );

  it('has no secret that it is not given, and all with inherit', async () => {
    const without = await runText(
      calling('./.github/workflows/callee.yml'),
      { secrets: { KEY: 'x1' } },
      files(),
    );
    expect(said(without)[0]).toBe('dry false push');
    const inherit = calling('./.github/workflows/callee.yml', '    secrets: inherit\n');
    expect(said(await runText(inherit, { secrets: { KEY: 'x1' } }, files()))[0]).toBe('dry true push');
  });

  it.each([
    ['gets no secret of its environment that its caller does not name', '', 'dry false push'],
    [
      'gets a secret of its environment that its caller names',
      '    secrets: { KEY: "${{ secrets.KEY }}" }\n',
      'dry true push',
    ],
    ['gets the secrets of its environment with inherit', '    secrets: inherit\n', 'dry true push'],
  ])('%s', async (_, secrets, told) => {
    const inside = files(callee().replace('    runs-on:', '    environment: live\n    runs-on:'));
    const environments = { live: { secrets: { KEY: 'own' } } };
    const ran = await runText(calling('./.github/workflows/callee.yml', secrets), { environments }, inside);
    expect(said(ran)[0]).toBe(told);
  });

  it('starts nothing when it wants what its caller does not grant', async () => {
    const wanting = files(callee('permissions: { id-token: write }'));
    const call = calling('./.github/workflows/callee.yml');
    const wish = { idToken: () => ({ url: 'http://127.0.0.1:9', token: 'secret' }) };
    await expect(runText(call, wish, wanting)).rejects.toThrow(
      "The nested job 'inner' is requesting 'id-token: write', but is only allowed 'id-token: none'",
    );
    await runText(call.replace('on: push', 'on: push\npermissions: { id-token: write }'), wish, wanting);
  });
});
