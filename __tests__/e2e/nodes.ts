import { node24 } from '../../runner/node-24.js';

/** Whether an end-to-end test can have a Node, and where it is. */
export interface Node {
  readonly name: string;
  /** Undefined: the Node that runs the tests. */
  readonly program: string | undefined;
  readonly there: boolean;
}

/** The contributor's own Node. */
export const HERE: Node = { name: 'the Node of this machine', program: undefined, there: true };

/** The Node that GitHub runs the action on. Under REQUIRE_NODE_24, as in CI, it has to be there. */
export const ON_GITHUB: Node = onGitHub();

function onGitHub(): Node {
  const program = node24();
  if (program === undefined && process.env['REQUIRE_NODE_24'])
    throw new Error('Node 24 has to be there. Install it with: npm run prepare');
  const there = program !== undefined;
  const name = `the Node that GitHub runs it on${there ? '' : ' (skipped: Node 24 is not installed, npm run prepare does)'}`;
  return { name, program, there };
}
