/**
 * What the promise gives, unless the signal is aborted first: then it rejects with the signal's reason. Not
 * `Promise.race` with one promise for all chunks of a source: that one would hold every chunk until the end.
 * @param limit rejects with `error()` after so many milliseconds, too
 */
export async function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  limit?: { readonly ms: number; readonly error: () => Error },
): Promise<T> {
  let abort = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    abort = () => {
      reject(signal.reason as Error);
    };
    if (limit !== undefined) {
      timer = setTimeout(() => {
        reject(limit.error());
      }, limit.ms);
    }
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([ended, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
