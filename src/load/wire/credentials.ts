import type { Credentials, CredentialsProvider } from '../../aws/credentials.ts';
import { LoaderError } from '../../errors.ts';

/** Time in ms between calls of the provider. It renews credentials minutes before they expire, and a call costs as much as
 * signing a request. */
const maxAgeMs = 1_000;

interface CredentialsCache {
  /** Credentials that the provider returned within the last second. */
  cached(): Credentials | undefined;
  /** @throws LoaderError CREDENTIALS_INVALID if the provider fails, or if the credentials do not fit into a header. */
  current(): Promise<Credentials>;
  /**
   * Makes `current` return newer credentials than `refused`, if there are any. Renews once, even if DynamoDB refused many
   * requests at the same time.
   * @throws LoaderError CREDENTIALS_INVALID if the provider fails.
   */
  renew(refused: Credentials): Promise<void>;
}

/** Wraps a provider, and hides its errors: they may contain files and command lines. */
export function cacheCredentials(provider: CredentialsProvider): CredentialsCache {
  let renewal: Promise<unknown> | undefined;
  let last: { readonly credentials: Credentials; readonly atMs: number } | undefined;
  const ask = async (options?: { forceRefresh: boolean }): Promise<Credentials> => {
    let credentials: Credentials;
    try {
      credentials = await provider(options);
    } catch {
      throw new LoaderError('CREDENTIALS_INVALID', 'cannot renew the AWS credentials: the provider failed', {
        hint: 'Log in again, for example with "aws sso login", then resume with --resume.',
      });
    }
    if (!isUsable(credentials)) {
      throw new LoaderError('CREDENTIALS_INVALID', 'invalid AWS credentials: unexpected characters', {
        hint: 'Remove spaces, quotes and line breaks from the AWS_* variables and the profile.',
      });
    }
    last = { credentials, atMs: performance.now() };
    return credentials;
  };
  return {
    cached: () => (last !== undefined && performance.now() - last.atMs < maxAgeMs ? last.credentials : undefined),
    current: () => ask(),
    async renew(refused) {
      if (renewal === undefined) {
        if (!areSame(await ask(), refused)) return;
        // Another request may have started the renewal in the meantime.
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

/** Whether the credentials fit into a header: a line break would make the request invalid. */
function isUsable({ accessKeyId, secretAccessKey, sessionToken }: Credentials): boolean {
  const visible = /^[\x21-\x7e]+$/;
  return visible.test(accessKeyId) && secretAccessKey !== '' && (!sessionToken || visible.test(sessionToken));
}
