import type { Log } from '../src/world.js';

/** A log that remembers what it is told, each with its kind. */
export function recordingLog(): { readonly log: Log; readonly said: string[] } {
  const said: string[] = [];
  const say = (kind: string) => (text: string) => void said.push(`${kind} ${text}`);
  const log: Log = {
    info: say('info'),
    warning: say('warning'),
    error: say('error'),
    quote: say('quote'),
    group: say('group'),
    endGroup: () => void said.push('end'),
    status: (text) => {
      if (text !== undefined) said.push(`status ${text}`);
      return false;
    },
    mask: say('mask'),
  };
  return { log, said };
}
