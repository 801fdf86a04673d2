import type { LoaderError } from '../../../errors.ts';
import { cleanMessage } from '../../../text/clean-message.ts';
import { createChangedSourceError, createReadError } from '../errors.ts';

/**
 * An error that a retry may fix: the network failed or the server is busy. Its message may be shown. It has no cause,
 * because such errors contain headers and URLs.
 */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  /** Milliseconds that the server asks to wait; 0 if it asks for nothing. */
  readonly retryAfterMs: number;
  /** Whether the server responded: it exists and is busy. */
  readonly isResponse: boolean;
  /** Shown if the error persists; undefined for a general hint. */
  readonly hint: string | undefined;

  constructor(message: string, details: Partial<Pick<TransientError, 'retryAfterMs' | 'isResponse' | 'hint'>> = {}) {
    super(message);
    this.hint = details.hint;
    this.retryAfterMs = details.retryAfterMs ?? 0;
    this.isResponse = details.isResponse ?? false;
  }
}

/** Describes a network error in words that may be shown. */
export function describeNetworkError(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection was lost';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // If several addresses were tried, the message is empty.
  return cleanMessage(error.message) || code || 'the connection was lost';
}

/** Creates the error for a source after all attempts to read it failed. */
export function createRetriesExhaustedError(
  source: string,
  last: TransientError,
  attempts: number,
  from?: number,
): LoaderError {
  const generalHint =
    from === undefined
      ? 'Check the URL, the network and the server.'
      : 'Check the network and the server, then resume with --resume.';
  return createReadError(source, `${last.message} (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'})`, {
    from,
    hint: last.hint ?? generalHint,
  });
}

/** Creates the error for a status that means the source changed. Returns undefined for any other status. */
export function changeFromStatus(source: string, status: number | undefined, sizeBytes: number, from: number) {
  if (status === 412) return createChangedSourceError(source, 'a different version replaced it');
  if (status !== 416) return undefined;
  return createChangedSourceError(source, `it had ${sizeBytes} bytes and now ends before byte ${from + 1}`);
}

/** Creates the error for a body that broke off, if the server cannot send only the rest of it. */
export function createNotResumableError(source: string, why: string, from: number): LoaderError {
  return createReadError(source, `${why}, and the server does not support range requests`, {
    from,
    hint: resumeFromStartHint,
  });
}

export const resumeFromStartHint =
  'Resume with --resume, which reads the source again from its start, or download the file and load it from disk.';
