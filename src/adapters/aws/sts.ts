import { clientSettings, read, required, type AwsAccess } from './clients.js';

/** Who AWS says that we are. */
export interface Identity {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

/** The caller's account and ARN. No permission is needed for it (AWS STS API Reference, GetCallerIdentity). */
export async function callerIdentity(access: AwsAccess): Promise<Identity> {
  const { STSClient, GetCallerIdentityCommand } = await import('./sdk-sts.js');
  const client = new STSClient(clientSettings(access));
  return read(access, 'sts:GetCallerIdentity', async (abortSignal) => {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
    return { account: required(Account, 'sts:GetCallerIdentity', 'Account'), arn: Arn ?? '' };
  });
}
