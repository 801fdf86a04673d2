import { setTimeout as delay } from 'node:timers/promises';
import { LoaderError } from '../../errors.ts';
import { toServiceError } from '../../aws/service-errors.ts';

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
      throw toServiceError(error, { action, on });
    }
  };
}

/** What AWS makes eventually consistent is there within a minute or two. */
const usualWaitMs = 120_000;
const firstPauseMs = 250;
const longestPauseMs = 5_000;

/**
 * Calls again while it fails because of something that was made a moment ago, and is not known everywhere yet.
 * @param isTooSoon of an error of the SDK
 */
export async function onceKnown<T>(
  call: () => Promise<T>,
  isTooSoon: (error: Error) => boolean,
  waitMs = usualWaitMs,
): Promise<T> {
  const endMs = performance.now() + waitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Error) || !isTooSoon(error) || performance.now() + pauseMs > endMs) throw error;
      await delay(pauseMs);
    }
  }
}

/** Waits until it is so, looking again and again. @param what for the error: `function csv2ddb to become active` */
export async function until(isSo: () => Promise<boolean>, what: string, waitMs = usualWaitMs): Promise<void> {
  const endMs = performance.now() + waitMs;
  for (let pauseMs = firstPauseMs; !(await isSo()); pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    if (performance.now() + pauseMs > endMs)
      throw new LoaderError('RETRIES_USED_UP', `waited in vain for ${what}`, {
        hint: 'Run it again: it goes on from here.',
      });
    await delay(pauseMs);
  }
}
