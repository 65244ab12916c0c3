import { describe, expect, it } from '@jest/globals';
import { architectureProblem } from '../../../src/model/architecture.js';

describe('an image for other machines than the task definition runs on', () => {
  it.each([
    [['amd64'], 'ARM64', 'arm64'],
    [['arm64', 's390x'], 'X86_64', 'amd64'],
  ])('of %j is refused where it runs on %s', (architectures, cpuArchitecture, wanted) => {
    expect(architectureProblem(architectures, cpuArchitecture)).toMatchObject({
      code: 'architecture-mismatch',
      message: `The image is for ${architectures.join(', ')}, but the task definition runs on ${cpuArchitecture}.`,
      hint: `Build for linux/${wanted}, or change runtimePlatform in the task definition.`,
    });
  });

  it.each([
    [['arm64'], 'ARM64'],
    [['arm64', 'amd64'], 'X86_64'],
    [[], 'ARM64'],
  ])('is not one of %j on %s', (architectures, cpuArchitecture) => {
    expect(architectureProblem(architectures, cpuArchitecture)).toBeUndefined();
  });
});
