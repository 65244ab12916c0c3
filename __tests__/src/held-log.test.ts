import { describe, expect, it } from '@jest/globals';
import { heldLog } from '../../src/held-log.js';
import { recordingLog } from '../recording-log.js';

describe('a log that is held back', () => {
  it('says everything in order once it is let go, and nothing late from then on', () => {
    const { log, said } = recordingLog();
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

  it('shows no status while it is held back, and shows it afterwards', () => {
    const { log, said } = recordingLog();
    const held = heldLog(log);
    held.log.status('early');
    held.release();
    held.log.status('late');
    expect(said).toEqual(['status late']);
  });

  it('holds no annotation and no mask back', () => {
    const { log, said } = recordingLog();
    const held = heldLog(log);
    held.log.mask('secret');
    held.log.warning('careful');
    held.log.error('broken');
    expect(said).toEqual(['mask secret', 'warning careful', 'error broken']);
  });
});
