/** What is used of the SDK's client for STS: the bundle leaves out the rest, which would only be read at the start. */
export { STSClient, GetCallerIdentityCommand, AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
