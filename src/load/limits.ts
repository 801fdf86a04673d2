/** Maximum record count in an option. */
export const maxRecordCount = 999_999_999_999_999;

/** Maximum of `--max-record-bytes`, in MiB. The window must still hold several records of this size. */
export const maxRecordMiB = 64;

/**
 * Milliseconds from sending a request to the last byte of its response; then it counts as lost. BatchWriteItem takes 10 to
 * 100.
 */
export const requestTimeoutMs = 10_000;

/** Milliseconds between two marks that requests are in flight. */
export const heartbeatMs = 1_000;

/** Maximum delay of a Node timer, in milliseconds. */
export const maxTimerMs = 2 ** 31 - 1;

/** Maximum number of ranges in a job. */
export const maxRangeCount = 1_000;

/** Maximum size of an S3 object: 10,000 parts of 5 GiB (S3 User Guide, "Amazon S3 multipart upload limits"). */
export const maxObjectBytes = 10_000 * 5 * 1024 ** 3;
