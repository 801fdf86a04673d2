import { LoaderError, type ErrorCode } from '../../errors.ts';

/** Why a task or a job failed. Stored in states, summaries and notifications. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | null;
}

/** Hints that replace those for the command line of `direct`. */
const hints: Partial<Record<ErrorCode, string>> = {
  TOO_MANY_ERRORS:
    'Read the reasons next to the rejected records, fix the file or raise max-errors, and upload the file again.',
  TABLE_NOT_FOUND:
    'Create the table, then resume the job with csv2ddb redrive. If records were deleted with the table, upload the file again instead.',
  CREDENTIALS_INVALID: 'Renew the credentials of the worker or the function, then resume the job with csv2ddb redrive.',
  RETRIES_EXHAUSTED: 'Fix the cause, then resume the job with csv2ddb redrive.',
  SOURCE_CHANGED: 'Upload the file again.',
  CHECKPOINT_MISMATCH: 'Upload the file again to load it from the beginning.',
};

/** Options that a job has no command line for. */
const resumeOptions = /--(resume|restart)\b/;

/** Returns the failure with a hint that applies to a job. */
export function makeFailure({
  code,
  message,
  hint,
}: Pick<LoaderError, 'code' | 'message'> & { hint?: string | null | undefined }): Failure {
  const jobHint = hint != null && resumeOptions.test(hint) ? 'Resume the job with csv2ddb redrive.' : (hint ?? null);
  return { code, message, hint: hints[code] ?? jobHint };
}

/** Converts any thrown value. Errors that are not a LoaderError are bugs and become INTERNAL. */
export function toFailure(error: unknown): Failure {
  if (error instanceof LoaderError) return makeFailure(error);
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error), hint: null };
}
