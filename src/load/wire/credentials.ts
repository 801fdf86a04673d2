import type { Credentials, CredentialsProvider } from '../../aws/credentials.ts';
import { LoaderError } from '../../errors.ts';

/** The provider is asked so often, in ms: it renews minutes before its credentials end, and a question costs as much as signing. */
const askEveryMs = 1_000;

export interface CredentialsKeeper {
  /** What the provider gave within the last second. */
  held(): Credentials | undefined;
  /** @throws LoaderError CREDENTIALS_INVALID where the provider fails or gives what no header can hold. */
  current(): Promise<Credentials>;
  /**
   * After `refused` were refused: makes `current` give newer ones if there are any. However many requests were refused with
   * them at the same time, the provider is made to renew once.
   * @throws LoaderError CREDENTIALS_INVALID where the provider fails.
   */
  renew(refused: Credentials): Promise<void>;
}

/** Wraps a provider; what it throws is not passed on, because it may quote files and command lines. */
export function keepCredentials(provider: CredentialsProvider): CredentialsKeeper {
  let renewal: Promise<unknown> | undefined;
  let last: { readonly credentials: Credentials; readonly atMs: number } | undefined;
  const ask = async (options?: { forceRefresh: boolean }): Promise<Credentials> => {
    let credentials: Credentials;
    try {
      credentials = await provider(options);
    } catch {
      throw new LoaderError('CREDENTIALS_INVALID', 'AWS credentials could not be renewed', {
        hint: 'Log in again (aws sso login, new keys), then go on with --resume.',
      });
    }
    if (!isUsable(credentials)) {
      throw new LoaderError('CREDENTIALS_INVALID', 'the AWS credentials hold characters that no credentials have', {
        hint: 'Look for blanks, quotes and line ends in the AWS_* variables and the profile.',
      });
    }
    last = { credentials, atMs: performance.now() };
    return credentials;
  };
  return {
    held: () => (last !== undefined && performance.now() - last.atMs < askEveryMs ? last.credentials : undefined),
    current: () => ask(),
    async renew(refused) {
      if (renewal === undefined) {
        if (!areSame(await ask(), refused)) return;
        // somebody else may have begun while we asked
        renewal ??= ask({ forceRefresh: true }).finally(() => {
          renewal = undefined;
        });
      }
      await renewal;
    },
  };
}

function areSame(a: Credentials, b: Credentials): boolean {
  return (
    a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
  );
}

/** Whether they fit into a header as they are; a line end in one would otherwise make a request that cannot be sent. */
function isUsable({ accessKeyId, secretAccessKey, sessionToken }: Credentials): boolean {
  const visible = /^[\x21-\x7e]+$/;
  return visible.test(accessKeyId) && secretAccessKey !== '' && (!sessionToken || visible.test(sessionToken));
}
