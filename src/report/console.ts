import { familyAndRevision, parseArn } from '../model/arn.js';
import type { Facts } from '../facts.js';
import type { Link } from './content.js';

/** The console's host, by the partition of an ARN (AWS Management Console, and those of China and GovCloud). */
const HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Where a person looks on: the live version, and service, revision and log group in the console. No link holds an account id. */
export function linksOf(facts: Facts): readonly Link[] {
  const { region, cluster, service, taskDefinitionArn, previousTaskDefinitionArn, logs, versionUrl } = facts;
  const revision = taskDefinitionArn ?? previousTaskDefinitionArn;
  const host = HOSTS[parseArn(revision ?? '')?.partition ?? ''];
  const live = versionUrl === undefined ? [] : [{ text: 'live version', href: versionUrl }];
  if (region === undefined || host === undefined) return live;
  const at = (path: string): string => `https://${region}.${host}/${path}`;
  const ecs = (path: string): string => at(`ecs/v2/${path}?region=${region}`);
  const { family, revision: number } = familyAndRevision(revision ?? '') ?? {};
  return [
    ...live,
    ...(cluster !== undefined && service !== undefined
      ? [{ text: 'service', href: ecs(`clusters/${part(cluster)}/services/${part(service)}/health`) }]
      : []),
    ...(family !== undefined
      ? [{ text: 'revision', href: ecs(`task-definitions/${part(family)}/${String(number)}/containers`) }]
      : []),
    ...(logs
      ? [
          {
            text: 'log group',
            href: at(`cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${twice(logs.group)}`),
          },
        ]
      : []),
  ];
}

function part(name: string): string {
  return encodeURIComponent(name);
}

/** CloudWatch's console reads names that are encoded twice, with `$` in place of the second `%`. */
function twice(name: string): string {
  return encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
}
