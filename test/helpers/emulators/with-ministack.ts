import { beforeAll, it } from 'vitest';
import { type Ministack, ministackHookMs, type MinistackOptions, startMinistack } from './ministack.ts';

/** A test that gets a ministack, or is skipped, with the reason, where there is none. */
export type MinistackTest = (
  title: string,
  timeoutMs: number,
  body: (
    ministack: Ministack,
    atEnd: (clean: () => Promise<void>) => void,
    skip: (why: string) => never,
  ) => Promise<void>,
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
