import { beforeAll, it } from 'vitest';
import { type Ministack, ministackHookMs, type MinistackOptions, startMinistack } from './ministack.ts';

/** Registers a cleanup that runs after the test. */
export type AtEnd = (clean: () => Promise<void>) => void;

/** Defines a test that receives a ministack, or is skipped with the reason why there is none. */
export type MinistackTest = (
  title: string,
  timeoutMs: number,
  body: (ministack: Ministack, atEnd: AtEnd, skip: (why: string) => never) => Promise<void>,
) => void;

/**
 * Starts one ministack for all tests of the `describe` that calls this.
 * @returns `test`, and `together` for tests that mostly wait: those run concurrently.
 */
export function withMinistack(options: MinistackOptions = {}): {
  readonly test: MinistackTest;
  readonly together: MinistackTest;
} {
  let started: Awaited<ReturnType<typeof startMinistack>> | undefined;

  beforeAll(async () => {
    const mine = await startMinistack(options);
    started = mine;
    return () => ('skipped' in mine ? undefined : mine.stop());
  }, ministackHookMs);

  const testBy =
    (define: typeof it | typeof it.concurrent): MinistackTest =>
    (title, timeoutMs, body) => {
      define(title, { timeout: timeoutMs }, async (context) => {
        if (started === undefined) throw new Error('ministack has not started');
        if ('skipped' in started) context.skip(started.skipped);
        else await body(started, context.onTestFinished, (why) => context.skip(why));
      });
    };
  return { test: testBy(it), together: testBy(it.concurrent) };
}

/** Defines the tests of a file that share one ministack. */
export interface MinistackTests {
  readonly ministack: () => Ministack;
  /** Defines a test that is skipped if there is no ministack. */
  readonly test: DefineTest;
  /** Defines a test that runs concurrently with others, for tests that mostly wait. */
  readonly together: DefineTest;
}

type DefineTest = (title: string, body: () => Promise<void>, timeoutMs?: number) => void;

/** Starts one ministack for the file. Call it once, when the file is collected. */
export function ministackTests(options: MinistackOptions = {}): MinistackTests {
  let ministack: Ministack | undefined;
  const defined = withMinistack(options);
  const testBy =
    (test: MinistackTest): DefineTest =>
    (title, body, timeoutMs = 120_000) => {
      test(title, timeoutMs, async (started) => {
        ministack = started;
        await body();
      });
    };
  return {
    ministack: () => {
      if (ministack === undefined) throw new Error('ministack has not started');
      return ministack;
    },
    test: testBy(defined.test),
    together: testBy(defined.together),
  };
}

/** Returns a function that calls `make` the first time only, for tests that share its result. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
