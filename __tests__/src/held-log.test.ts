import { describe, expect, it } from '@jest/globals';
import { heldLog } from '../../src/held-log.js';
import type { Log } from '../../src/world.js';

function recording(): { readonly log: Log; readonly said: string[] } {
  const said: string[] = [];
  const say = (kind: string) => (text: string) => void said.push(`${kind} ${text}`);
  const log: Log = {
    info: say('info'),
    warning: say('warning'),
    error: say('error'),
    quote: say('quote'),
    group: say('group'),
    endGroup: () => void said.push('end'),
    mask: say('mask'),
  };
  return { log, said };
}

describe('a log that is held back', () => {
  it('says everything in order once it is let go, and nothing late from then on', () => {
    const { log, said } = recording();
    const held = heldLog(log);
    held.log.group('baseline');
    held.log.info('one');
    held.log.quote('two');
    held.log.endGroup();
    expect(said).toEqual([]);
    held.release();
    held.log.info('three');
    expect(said).toEqual(['group baseline', 'info one', 'quote two', 'end', 'info three']);
  });

  it('holds no annotation and no mask back', () => {
    const { log, said } = recording();
    const held = heldLog(log);
    held.log.mask('secret');
    held.log.warning('careful');
    held.log.error('broken');
    expect(said).toEqual(['mask secret', 'warning careful', 'error broken']);
  });
});
