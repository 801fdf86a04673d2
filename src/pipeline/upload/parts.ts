/** S3 User Guide, "Amazon S3 multipart upload limits": 10,000 parts. One is kept in reserve. */
const maxParts = 9_999;

/** Small enough for a smooth progress bar, large enough for few requests. */
const minPartBytes = 8 * 1024 ** 2;

/** For streams of unknown size: allows 600 GiB. */
const streamPartBytes = 64 * 1024 ** 2;
const maxStreamBytes = 600 * 1024 ** 3;

/** Memory for parts: those being sent, the one being filled, and its copy. */
const maxMemoryBytes = 192 * 1024 ** 2;
const maxConcurrentParts = 8;

/** How an object is split into parts. */
export interface PartSizes {
  readonly partBytes: number;
  readonly concurrentParts: number;
  /** Largest object that these parts allow. */
  readonly maxBytes: number;
}

/** @param bytes size of a file, or maximum size of a stream; undefined: a stream of up to 600 GiB */
export function choosePartSizes(bytes: number | undefined): PartSizes {
  const partBytes = bytes === undefined ? streamPartBytes : Math.max(minPartBytes, Math.ceil(bytes / maxParts));
  const fittingParts = Math.floor(maxMemoryBytes / partBytes) - 2;
  return {
    partBytes,
    concurrentParts: Math.max(1, Math.min(maxConcurrentParts, fittingParts)),
    maxBytes: bytes === undefined ? maxStreamBytes : partBytes * maxParts,
  };
}
