import { beforeAll, it } from 'vitest';
import { type Ministack, ministackHookMs, type MinistackOptions, startMinistack } from './ministack.ts';

/** Registers what to do when the test has ended. */
export type AtEnd = (clean: () => Promise<void>) => void;

/** A test that gets a ministack, or is skipped, with the reason, where there is none. */
export type MinistackTest = (
  title: string,
  timeoutMs: number,
  body: (ministack: Ministack, atEnd: AtEnd, skip: (why: string) => never) => Promise<void>,
) => void;

/**
 * One ministack for all tests of the `describe` that it is called in.
 * @returns `test`, and `together` for tests that wait more than they work: they run at the same time.
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
        if (started === undefined) throw new Error('ministack was not started');
        if ('skipped' in started) context.skip(started.skipped);
        else await body(started, context.onTestFinished, (why) => context.skip(why));
      });
    };
  return { test: testBy(it), together: testBy(it.concurrent) };
}

/** Tests that need a ministack, all of a file the same one. */
export interface MinistackTests {
  readonly ministack: () => Ministack;
  /** A test that is skipped where there is no ministack. */
  readonly test: MinistackTestOf;
  /** The same at the same time, for those that wait more than they work. */
  readonly together: MinistackTestOf;
}

type MinistackTestOf = (title: string, body: () => Promise<void>, timeoutMs?: number) => void;

/** To be called once, when a test file is collected. */
export function ministackTests(options: MinistackOptions = {}): MinistackTests {
  let ministack: Ministack | undefined;
  const defined = withMinistack(options);
  const testBy =
    (test: MinistackTest): MinistackTestOf =>
    (title, body, timeoutMs = 120_000) => {
      test(title, timeoutMs, async (started) => {
        ministack = started;
        await body();
      });
    };
  return {
    ministack: () => {
      if (ministack === undefined) throw new Error('no ministack');
      return ministack;
    },
    test: testBy(defined.test),
    together: testBy(defined.together),
  };
}

/** Done by whichever test comes first, for all that look at what came of it. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
