import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { blocks, PAGES, textOf } from '../pages.js';
import { lint } from './linter.js';
import { asWorkflow, FILES, PAGE_BLOCKS } from './workflow.js';

/*
 * Every workflow passes the linter that GitHub's own editor extension has, with our action.yml and what others have
 * published at hand; so does every block of YAML of a page that is a workflow, or a part of one.
 */

describe.each(FILES)('%s', (path) => {
  it('passes the linter of GitHub without a finding', async () => {
    expect(await lint(textOf(path))).toEqual([]);
  });
});

describe('the pages', () => {
  const workflows = PAGE_BLOCKS.flatMap(({ place, text }) => {
    const workflow = asWorkflow(text);
    return workflow === undefined ? [] : [{ place, text: stringify(workflow) }];
  });

  it.each(workflows)('$place passes the linter of GitHub without a finding', async ({ text }) => {
    expect(await lint(text)).toEqual([]);
  });

  it('have no other YAML than workflows and files of the smoke suite', () => {
    const others = PAGE_BLOCKS.filter(({ text }) => !asWorkflow(text) && !/^(?:checks|custom):/m.test(text));
    expect(others).toEqual([]);
    expect(PAGE_BLOCKS.length).toBe(PAGES.flatMap((page) => blocks(page, 'yaml', 'yml')).length);
    expect(workflows.length).toBeGreaterThan(5);
  });
});

describe('the linter', () => {
  const broken = (path: string, from: string, to: string): Promise<readonly string[]> => {
    const text = textOf(path);
    expect(text).toContain(from);
    return lint(text.replace(from, to));
  };
  const WORKFLOW = 'examples/workflows/mentalspace-backend.yml';
  const CALLER = 'examples/workflows/several-services.yml';

  it.each([
    ['an input that our action does not have', WORKFLOW, 'base-url:', 'base-uri:', "input 'base-uri'"],
    ['an input that an action of others does not have', WORKFLOW, 'fetch-depth:', 'depth:', "input 'depth'"],
    ['an action without an input that it requires', WORKFLOW, '          path:', '          # path:', 'path'],
    [
      'an action that nobody has looked up',
      WORKFLOW,
      'actions/upload-artifact@',
      'actions/upload@',
      'resolve',
    ],
    ['a key that there is not', WORKFLOW, 'timeout-minutes:', 'timeout:', "'timeout'"],
    ['a context that there is not', WORKFLOW, 'runner.temp', 'runner.tmp', 'tmp'],
    ['an input that the workflow does not have', WORKFLOW, 'inputs.mode ||', 'inputs.mood ||', 'mood'],
    ['an output of a job that it does not have', CALLER, 'outputs.image-digest', 'outputs.digest', 'digest'],
    [
      'a function that there is not',
      'examples/workflows/minimal.yml',
      'api.example.com',
      '${{ f() }}',
      "'f'",
    ],
    ['an input that the called workflow does not have', CALLER, '      smoke:', '      smokes:', 'smokes'],
    [
      'a workflow of others that nobody has looked up',
      CALLER,
      'mentalspace/deploy-backend/',
      'a/b/',
      'Unable to find',
    ],
    [
      'an input of `./` that our action does not have',
      '.github/workflows/e2e.yml',
      'image:',
      'images:',
      'images',
    ],
  ])('finds %s', async (_, path, from, to, finding) => {
    expect((await broken(path, from, to)).join('\n')).toContain(finding);
  });
});

describe('the reading of blocks', () => {
  it('makes a whole workflow of steps, of a job and of jobs, and none of anything else', () => {
    expect(asWorkflow('- run: make')).toMatchObject({
      jobs: { job: { steps: [{ id: 'release' }, { run: 'make' }] } },
    });
    expect(asWorkflow('permissions: {}\nsteps: [{ run: make }]')).toEqual({
      on: 'push',
      jobs: { job: { 'runs-on': 'ubuntu-latest', permissions: {}, steps: [{ run: 'make' }] } },
    });
    expect(asWorkflow('jobs: { b: { needs: a, steps: [] } }')).toMatchObject({
      jobs: { a: {}, b: { needs: 'a' } },
    });
    expect(asWorkflow('version: 1\nchecks: {}')).toBeUndefined();
    expect(asWorkflow('- a\n- b')).toBeUndefined();
  });
});
