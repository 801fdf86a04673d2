/** Most records that an option can count. */
export const mostRecords = 999_999_999_999_999;

/** The longest record that `--max-record-bytes` can let through, in MiB: the window must still hold a few of them. */
export const mostRecordMiB = 64;

/** Most milliseconds that a timer of Node takes. */
export const mostTimerMs = 2 ** 31 - 1;

/** Ranges of a job at most. */
export const mostRanges = 1_000;

/** S3 User Guide, "Amazon S3 multipart upload limits": 48.8 TiB, as 10,000 parts of 5 GiB. */
export const mostObjectBytes = 10_000 * 5 * 1024 ** 3;
