import { DeployError } from '../errors.js';

/** Docker's word for ECS's `cpuArchitecture`. */
export function dockerArchitecture(cpuArchitecture: string): string {
  return cpuArchitecture === 'ARM64' ? 'arm64' : 'amd64';
}

/** Whether an image for these architectures (Docker's words; none: unknown) runs where the task definition wants it. */
export function architectureProblem(
  architectures: readonly string[],
  cpuArchitecture: string,
): DeployError | undefined {
  const wanted = dockerArchitecture(cpuArchitecture);
  if (architectures.length === 0 || architectures.includes(wanted)) return undefined;
  return new DeployError(
    'architecture-mismatch',
    `The image is for ${architectures.join(', ')}, but the task definition runs on ${cpuArchitecture}.`,
    {
      hint: `Build for linux/${wanted}, or change runtimePlatform in the task definition.`,
    },
  );
}
