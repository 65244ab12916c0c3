import type { Clock } from './clock.js';
import { seededIds, type Cloud } from './cloud.js';
import { memoryBlobs } from './ecr/memory-blobs.js';
import type { Blobs } from './ecr/state.js';
import { emptyEcs } from './ecs/state.js';
import { NAMES } from './names.js';
import type { Runtime } from './runtime/runtime.js';
import { emptySts } from './sts/state.js';

/** What a cloud is made of; what is absent is as in the ready-made world. */
export interface CloudWish {
  readonly clock: Clock;
  /** Makes the runtime, which may want the cloud for its images. */
  readonly runtime: (cloud: Cloud) => Runtime;
  readonly account?: string;
  readonly region?: string;
  /** `host[:port]` of the registry; absent: ECR's own form of name. */
  readonly registryHost?: string;
  /** Where layers are downloaded from. */
  readonly endpoint?: string;
  readonly blobs?: Blobs;
  /** Seed of all ids. */
  readonly seed?: number;
}

/** An account in one region with nothing in it. */
export function createCloud(wish: CloudWish): Cloud {
  const { clock, account = NAMES.account, region = NAMES.region } = wish;
  let runtime: Runtime | undefined;
  const cloud: Cloud = {
    account,
    region,
    clock,
    ids: seededIds(wish.seed ?? 1),
    get runtime() {
      return (runtime ??= wish.runtime(cloud));
    },
    ecs: emptyEcs(),
    ecr: {
      repositories: new Map(),
      blobs: wish.blobs ?? memoryBlobs(),
      host: wish.registryHost ?? `${account}.dkr.ecr.${region}.amazonaws.com`,
      ...(wish.endpoint === undefined ? {} : { endpoint: wish.endpoint }),
      passwords: new Set(),
    },
    elb: { loadBalancers: new Map(), listeners: new Map(), rules: new Map(), targetGroups: new Map() },
    logs: { groups: new Map() },
    sts: emptySts(),
    calls: [],
    faults: [],
    afterCall: [],
  };
  return cloud;
}
