/** Most records that an option can count. */
export const mostRecords = 999_999_999_999_999;

/** The longest record that `--max-record-bytes` can let through, in MiB: the window must still hold a few of them. */
export const mostRecordMiB = 64;

/** Most milliseconds that a timer of Node takes. */
export const mostTimerMs = 2 ** 31 - 1;
