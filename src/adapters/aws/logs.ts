import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { boundedMessage } from '../../model/log-excerpt.js';
import { clientSettings, read, required, type AwsAccess } from './clients.js';

/** A line of an application's log. The message is untrusted, may hold personal data, and is cut where it is very long. */
export interface LogEvent {
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Which events are wanted. */
export interface LogQuery {
  readonly group: string;
  readonly stream: string;
  /** At most so many events, at most 10,000. */
  readonly most: number;
  /** No further page is asked for once the messages have so many UTF-16 code units together. */
  readonly budget: number;
  /** Gives the reading up. */
  readonly signal: AbortSignal;
}

/** What was read of a stream. */
export interface LogTail {
  /** Oldest first. */
  readonly events: readonly LogEvent[];
  /** Why events before these were not read although they were wanted; absent when none are missing. */
  readonly cut?: string;
}

/** CloudWatch Logs, in the one verb that a release needs. */
export interface Logs {
  /** The last events of a stream; throws what AWS says when it said so to the first request. */
  lastEvents(query: LogQuery): Promise<LogTail>;
}

/** "A page may be empty although there are more events" (GetLogEvents, `nextBackwardToken`): so many are asked for. */
const MOST_PAGES = 10;

/** The adapter for CloudWatch Logs; the SDK's client is loaded on first use. */
export function logs(access: AwsAccess): Logs {
  let client: CloudWatchLogsClient | undefined;
  return {
    async lastEvents(query) {
      const sdk = await import('./sdk-logs.js');
      const cloudWatch = (client ??= new sdk.CloudWatchLogsClient(clientSettings(access)));
      const signal = AbortSignal.any([access.world.signal, query.signal]);
      const until = { ...access, world: { ...access.world, signal } };
      return tail(query, (nextToken, limit) =>
        read(until, 'logs:GetLogEvents', async (abortSignal) => {
          const command = new sdk.GetLogEventsCommand({
            logGroupName: query.group,
            logStreamName: query.stream,
            startFromHead: false,
            limit,
            nextToken,
          });
          const { events, nextBackwardToken } = await cloudWatch.send(command, { abortSignal });
          return { events: required(events, 'logs:GetLogEvents', 'events'), nextBackwardToken };
        }),
      );
    },
  };
}

/** A page as AWS gives it, oldest event first. */
interface Page {
  readonly events: readonly {
    readonly timestamp?: number | undefined;
    readonly message?: string | undefined;
  }[];
  readonly nextBackwardToken: string | undefined;
}

/** Goes back from the end of a stream; a token that comes again says that its beginning is reached. */
async function tail(
  { most, budget }: LogQuery,
  ask: (token: string | undefined, limit: number) => Promise<Page>,
): Promise<LogTail> {
  let events: readonly LogEvent[] = [];
  let [token, left]: [string | undefined, number] = [undefined, budget];
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    try {
      const page: Page = await ask(token, most - events.length);
      events = [...page.events.map(bounded), ...events];
      if (events.length >= most || !page.nextBackwardToken || page.nextBackwardToken === token)
        return { events };
      left -= page.events.reduce((sum, { message = '' }) => sum + message.length, 0);
      if (left <= 0) return { events, cut: 'they are too long' };
      token = page.nextBackwardToken;
    } catch (error) {
      // What is there already is worth more than that the rest could not be had.
      if (events.length === 0) throw error;
      return { events, cut: error instanceof Error ? error.message : String(error) };
    }
  }
  return { events, cut: `they lie behind ${String(MOST_PAGES)} pages` };
}

function bounded({ timestamp = 0, message = '' }: Page['events'][number]): LogEvent {
  const kept = boundedMessage(message);
  // Part of a string keeps all of it in memory (V8's sliced strings); one of its own does not.
  return { timestamp, message: kept.length < message.length ? Buffer.from(kept).toString() : message };
}
