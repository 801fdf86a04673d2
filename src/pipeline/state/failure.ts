import { LoaderError, type ErrorCode } from '../../errors.ts';

/** Why something ended, as states, summaries and messages tell it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

/** In place of hints that are about the command line of `direct`. */
const hints: Partial<Record<ErrorCode, string>> = {
  TOO_MANY_ERRORS:
    'Read the reasons beside the rejected records, then put the file again, mended or with a larger max-errors in its settings.',
  TABLE_NOT_FOUND:
    'Make the table, then start the job again with csv2ddb redrive. What went with a table that was deleted is loaded by putting the file again.',
  CREDENTIALS_INVALID: 'Renew the credentials of whoever loads, then start the job again with csv2ddb redrive.',
  RETRIES_EXHAUSTED: 'Find out why, then start the job again with csv2ddb redrive.',
  SOURCE_CHANGED: 'Put the file again.',
  CHECKPOINT_MISMATCH: 'Put the file again: it is loaded from its beginning.',
};

/** A job has no command line to go on with. */
const goesOn = /--(resume|restart)\b/;

/** An error as a job tells it. */
export function failed({
  code,
  message,
  hint,
}: Pick<LoaderError, 'code' | 'message'> & { hint?: string | null | undefined }): Failure {
  const usual = hint != null && goesOn.test(hint) ? 'Start the job again with csv2ddb redrive.' : (hint ?? null);
  return { code, message, hint: hints[code] ?? usual };
}

/** What is no LoaderError is a bug of ours. */
export function failureOf(error: unknown): Failure {
  if (error instanceof LoaderError) return failed(error);
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), hint: null };
}
