import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { clientSettings, read, required, type AwsAccess } from './clients.js';

/** A line of an application's log. The message is untrusted and may hold personal data. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** CloudWatch Logs, in the one verb that a release needs. */
export interface Logs {
  /** The last events of a stream, oldest first; throws what AWS says when group or stream are missing. */
  lastEvents(group: string, stream: string, limit: number): Promise<readonly LogEvent[]>;
}

/** The adapter for CloudWatch Logs; the SDK's client is loaded on first use. */
export function logs(access: AwsAccess): Logs {
  let client: CloudWatchLogsClient | undefined;
  return {
    async lastEvents(group, stream, limit) {
      const sdk = await import('@aws-sdk/client-cloudwatch-logs');
      const cloudWatch = (client ??= new sdk.CloudWatchLogsClient(clientSettings(access)));
      return read(access, 'logs:GetLogEvents', async (abortSignal) => {
        const command = new sdk.GetLogEventsCommand({
          logGroupName: group,
          logStreamName: stream,
          startFromHead: false,
          limit,
        });
        const { events } = await cloudWatch.send(command, { abortSignal });
        return required(events, 'logs:GetLogEvents', 'events').map(({ timestamp, message }) => ({
          timestamp: timestamp ?? 0,
          message: message ?? '',
        }));
      });
    },
  };
}
