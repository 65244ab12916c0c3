import type { StepVoice } from '../journal.js';
import { lastPart } from '../model/arn.js';
import type { PushedImage } from '../model/image.js';
import type { Outcome } from '../outcome.js';
import type { World } from '../world.js';
import type { Baseline } from './preflight/preflight.js';
import type { PlannedBuild } from './preflight/source.js';
import { draft, type Registration } from './register.js';

/** What a release would start from. */
export interface Plan extends Omit<Registration, 'image'>, Pick<Baseline, 'source' | 'service'> {
  readonly forceNewDeployment: boolean;
}

/** Shows what a release would change and call, and changes nothing. */
export async function plan(wanted: Plan, { log }: World, voice: StepVoice): Promise<Outcome> {
  const { source, live, service, forceNewDeployment } = wanted;
  const image = source.kind === 'image' ? source.image : unbuilt(source);
  const { differs } = draft({ ...wanted, image });
  const calls = [
    ...(source.kind === 'image' ? [] : [`docker build and push of ${image.uri}`]),
    ...(differs ? ['ecs:RegisterTaskDefinition'] : []),
    ...(differs || forceNewDeployment ? ['ecs:UpdateService'] : []),
  ];
  await voice.know({ changed: false, difference: differs ?? [], imageUri: image.uri });
  log.info([`Against ${lastPart(live.arn)}:`, ...(differs ?? ['nothing differs'])].join('\n  '));
  const would =
    calls.length > 0
      ? `a release would make these calls: ${calls.join(', ')}`
      : 'a release would call nothing';
  voice.note(would);
  return { kind: 'planned', state: `Nothing of ${service.name} was changed: ${would}.` };
}

/** What stands for an image that is not built yet: it has a tag, but no digest. */
function unbuilt({ plan: { repository, tag, revision } }: PlannedBuild): PushedImage {
  return {
    uri: `${repository.uri}:${tag}`,
    repository: repository.uri,
    digest: '',
    acceptedDigests: [],
    gitSha: revision,
    buildTime: undefined,
    tag,
    architectures: [],
    reused: false,
  };
}
