/**
 * What the promise gives, unless the signal is aborted first: then it rejects with the signal's reason. Not
 * `Promise.race` with one promise for all chunks of a source: that one would hold every chunk until the end.
 * @param limit rejects with `error()` after so many milliseconds, too
 */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  limit?: { readonly ms: number; readonly error: () => Error },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const aborted = (): void => {
      fail(signal.reason);
    };
    const timer =
      limit === undefined
        ? undefined
        : setTimeout(() => {
            fail(limit.error());
          }, limit.ms);
    signal.addEventListener('abort', aborted);
    promise.then((value) => {
      end();
      resolve(value);
    }, fail);
    if (signal.aborted) aborted();
  });
}
