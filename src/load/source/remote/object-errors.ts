import { cleanMessage } from '../../../text/clean-message.ts';
import type { LoaderError } from '../../../errors.ts';
import { cannotRead, changedWhileRead } from '../errors.ts';

/**
 * Worth another try: the network broke, or the server is busy. Its message may be shown; what caused it is not kept,
 * because the hidden parts of such errors hold headers and URLs.
 */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  /** What the server asks for, in ms; 0 where it does not say. */
  readonly retryAfterMs: number;
  /** Whether somebody answered: that one is there, and busy. */
  readonly isAnswer: boolean;
  /** What to do where it does not pass; undefined where there is nothing special. */
  readonly hint: string | undefined;

  constructor(message: string, details: { retryAfterMs?: number; isAnswer?: boolean; hint?: string | undefined } = {}) {
    super(message);
    this.hint = details.hint;
    this.retryAfterMs = details.retryAfterMs ?? 0;
    this.isAnswer = details.isAnswer ?? false;
  }
}

/** What an error of the network says, in words that may be shown. */
export function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection broke';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // Where several addresses were tried, only the code says why.
  return cleanMessage(error.message) || code || 'the connection broke';
}

/** All tries are used up. */
export function triedInVain(source: string, last: TransientError, tries: number, from?: number): LoaderError {
  const usual =
    from === undefined
      ? 'Check the address, the network and the server.'
      : 'Check the network and the server, then go on with --resume.';
  return cannotRead(source, `${last.message} (tried ${tries} ${tries === 1 ? 'time' : 'times'})`, {
    from,
    hint: last.hint ?? usual,
  });
}

/** What an answer without the bytes asked for says of the version that is read; undefined: nothing. */
export function changeTold(source: string, status: number | undefined, sizeBytes: number, from: number) {
  if (status === 412) return changedWhileRead(source, 'another version is there now');
  if (status !== 416) return undefined;
  return changedWhileRead(source, `it had ${sizeBytes} bytes and ends before byte ${from + 1} now`);
}

/** A body broke midway, and its server cannot send the rest of it alone. */
export function cannotGoOn(source: string, why: string, from: number): LoaderError {
  return cannotRead(source, `${why}, and the server cannot send the rest alone`, {
    from,
    hint: 'With --resume it is read again from its beginning; save it to a file first if it breaks off again.',
  });
}
