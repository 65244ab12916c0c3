/** What is used of the SDK's client for CloudWatch Logs: the bundle leaves out the rest, which would only be read at the start. */
export { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
