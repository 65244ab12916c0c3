/** The parts of an Amazon Resource Name that we use. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

/** Takes an ARN apart; undefined when the text is none. Any partition is accepted (aws, aws-cn, aws-us-gov). */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12})?:(\S+)$/.exec(text);
  const [, partition, service, region, account, resource] = match ?? [];
  if (partition === undefined || service === undefined || region === undefined || resource === undefined) {
    return undefined;
  }
  return { partition, service, region, account: account ?? '', resource };
}

/** The last part of an ARN or of a path: the name or id that people use. A plain name is returned as it is. */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Family and revision of a task definition ARN or of `family:revision`. */
export function familyAndRevision(taskDefinition: string): { family: string; revision: number } | undefined {
  const match = /^([\w-]+):(\d+)$/.exec(lastPart(taskDefinition));
  const [, family, revision] = match ?? [];
  return family === undefined ? undefined : { family, revision: Number(revision) };
}
