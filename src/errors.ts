/**
 * The error type of csv2ddb and the tables of its codes. `docs/errors.md` documents every code of both tables;
 * a test compares them.
 */

/** Exit statuses of the process (README, "Exit statuses"), from best to worst. */
export const exitStatus = {
  done: 0,
  rejects: 1,
  interrupted: 4,
  tooManyErrors: 2,
  fatal: 3,
  bug: 5,
  usage: 64,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** Returns the worse of two statuses: a process that did several things exits with the worst. */
export function worseExitStatus(one: ExitStatus, other: ExitStatus): ExitStatus {
  const severity = Object.values(exitStatus);
  return severity.indexOf(one) >= severity.indexOf(other) ? one : other;
}

/** Codes that end a run, with their exit status. */
export const errorCodes = {
  // wrong usage
  USAGE: exitStatus.usage,
  CHECKPOINT_EXISTS: exitStatus.usage,
  // the source
  SOURCE_UNREADABLE: exitStatus.fatal,
  FORMAT_UNSUPPORTED: exitStatus.fatal,
  SOURCE_CHANGED: exitStatus.fatal,
  UNCLOSED_QUOTE: exitStatus.fatal,
  RECORD_TOO_LONG: exitStatus.fatal,
  // the header, compared with the settings and the table
  SKIPPED_RECORD_INVALID: exitStatus.fatal,
  HEADER_INVALID: exitStatus.fatal,
  COLUMN_UNKNOWN: exitStatus.fatal,
  KEY_COLUMN_MISSING: exitStatus.fatal,
  TYPE_CONFLICT: exitStatus.fatal,
  // the table and the connection to it
  TABLE_NOT_FOUND: exitStatus.fatal,
  TABLE_NOT_READY: exitStatus.fatal,
  TABLE_MISMATCH: exitStatus.fatal,
  ACCESS_DENIED: exitStatus.fatal,
  CREDENTIALS_INVALID: exitStatus.fatal,
  REGION_MISSING: exitStatus.fatal,
  CLOCK_SKEWED: exitStatus.fatal,
  ENDPOINT_UNREACHABLE: exitStatus.fatal,
  REQUEST_REFUSED: exitStatus.fatal,
  RETRIES_EXHAUSTED: exitStatus.fatal,
  // the pipeline
  PIPELINE_NOT_FOUND: exitStatus.fatal,
  PIPELINE_MISMATCH: exitStatus.fatal,
  JOB_NOT_FOUND: exitStatus.fatal,
  SETTINGS_INVALID: exitStatus.fatal,
  JOB_STALLED: exitStatus.fatal,
  // files that csv2ddb keeps
  CHECKPOINT_LOCKED: exitStatus.fatal,
  CHECKPOINT_INVALID: exitStatus.fatal,
  CHECKPOINT_MISMATCH: exitStatus.fatal,
  REJECTS_TRUNCATED: exitStatus.fatal,
  OUTPUT_UNWRITABLE: exitStatus.fatal,
  LOCAL_FOLDER_LOCKED: exitStatus.fatal,
  LOCAL_UNAVAILABLE: exitStatus.fatal,
  // not the failure of one operation
  TOO_MANY_ERRORS: exitStatus.tooManyErrors,
  INTERRUPTED: exitStatus.interrupted,
  INTERNAL: exitStatus.bug,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** Codes of a rejected record: it goes to the reject file, and the run continues. */
export const rejectCodes = [
  'TEXT_AFTER_QUOTE',
  'STRAY_QUOTE',
  'UNCLOSED_QUOTE',
  'INVALID_ESCAPE',
  'TOO_FEW_FIELDS',
  'TOO_MANY_FIELDS',
  'UNNAMED_FIELD',
  'BYTE_ORDER_MARK',
  'INVALID_BYTES',
  'NOT_A_NUMBER',
  'NUMBER_TOO_PRECISE',
  'NUMBER_OUT_OF_RANGE',
  'NOT_A_BOOLEAN',
  'NOT_A_NULL',
  'NOT_BASE64',
  'KEY_EMPTY',
  'KEY_TOO_LONG',
  'INDEX_KEY_TOO_LONG',
  'ITEM_TOO_LARGE',
  'REFUSED_BY_DYNAMODB',
] as const;

export type RejectCode = (typeof rejectCodes)[number];

/** Where an error occurred, as far as it is known. */
export interface ErrorPlace {
  readonly source?: string | undefined;
  /** Physical line, starting at 1. */
  readonly line?: number | undefined;
  /** Record number within its source, starting at 1; the header is 0. */
  readonly record?: number | undefined;
}

/** What a LoaderError can say beside its message. */
export type LoaderErrorDetails = Partial<Pick<LoaderError, 'hint' | 'place' | 'cause'>>;

/**
 * An expected error: the input, the settings, the table or the machine caused it. Anything else that is thrown is
 * reported as a bug in csv2ddb.
 */
export class LoaderError extends Error {
  override readonly name = 'LoaderError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly place: ErrorPlace | undefined;

  constructor(code: ErrorCode, message: string, details: LoaderErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.place = details.place;
  }

  get exitStatus(): ExitStatus {
    return errorCodes[this.code];
  }
}
