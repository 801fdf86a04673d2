/**
 * Waits for the promise, and rejects with the signal's reason if the signal is aborted first. Each call races against a
 * promise of its own: one promise for all chunks of a source would keep every chunk in memory until the end.
 * @param limit also rejects with `error()` after `ms` milliseconds
 */
export async function rejectOnAbort<T>(
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
