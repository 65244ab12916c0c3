import { beforeAll, describe, expect, it } from '@jest/globals';
import { scheduleOf } from './draw.js';
import { broken } from './invariants/all.js';
import { play } from './play.js';
import { makeShelf, type Shelf } from './shelf.js';
import { warmUp } from './warm-up.js';

/*
 * Simulated days as tests of this process, for mutation testing alone, which sees no other process: `npm run simulate` plays the
 * same days, and thousands more.
 */

let shelf: Shelf;

beforeAll(async () => {
  shelf = await makeShelf();
  await warmUp(shelf);
});

describe('a simulated day', () => {
  it.each(Array.from({ length: 150 }, (_, index) => index + 1))('%d breaks no invariant', async (seed) => {
    expect(broken(await play({ ...scheduleOf(seed), wired: false }, shelf))).toEqual([]);
  });
});
