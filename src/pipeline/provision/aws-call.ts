import { LoaderError } from '../../errors.ts';
import { toLoaderError } from '../../aws/errors/translate.ts';
import { retry, whilePassing } from '../../aws/retry.ts';

/** Calls about one part, whose failures name the action and the part. */
export interface Ask {
  /** @param action as IAM names it, `sqs:CreateQueue` */
  <T>(action: string, call: () => Promise<T>): Promise<T>;
  /** @param absent names of errors that mean that it is not there @returns undefined for those */
  <T>(action: string, call: () => Promise<T>, absent: readonly string[]): Promise<T | undefined>;
}

/** @param on what the calls are about: `queue csv2ddb` */
export function askAbout(on: string): Ask {
  return async <T>(action: string, call: () => Promise<T>, absent: readonly string[] = []): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Error && absent.includes(error.name)) return undefined as T;
      throw toLoaderError(error, { action, on });
    }
  };
}

/** What AWS makes eventually consistent is there within a minute or two. */
const usualWaitMs = 120_000;
const waits = { firstMs: 250, longestMs: 5_000 };

/**
 * Calls again while it fails because of something that was made a moment ago, and is not known everywhere yet.
 * @param isTooSoon of an error of the SDK
 */
export function onceKnown<T>(
  call: () => Promise<T>,
  isTooSoon: (error: Error) => boolean,
  forMs = usualWaitMs,
): Promise<T> {
  const whileTooSoon = whilePassing({ ...waits, forMs }, (error) => error instanceof Error && isTooSoon(error));
  return retry(call, whileTooSoon);
}

/** Waits until it is so, looking again and again. @param what for the error: `function csv2ddb to become active` */
export function until(isSo: () => Promise<boolean>, what: string, forMs = usualWaitMs): Promise<void> {
  const notYet = new LoaderError('RETRIES_EXHAUSTED', `waited in vain for ${what}`, {
    hint: 'Run it again: it goes on from here.',
  });
  const look = async (): Promise<void> => {
    if (!(await isSo())) throw notYet;
  };
  return retry(
    look,
    whilePassing({ ...waits, forMs }, (error) => error === notYet),
  );
}
