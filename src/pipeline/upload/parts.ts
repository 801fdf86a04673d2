/** S3 User Guide, "Amazon S3 multipart upload limits": 10,000 parts; one is left for what nobody counted. */
const mostParts = 9_999;

/** Of a file: small enough for a bar that moves, large enough that requests cost little. */
const usualPartBytes = 8 * 1024 ** 2;

/** Of what has no known size: 600 GiB fit. */
const streamPartBytes = 64 * 1024 ** 2;
const mostStreamBytes = 600 * 1024 ** 3;

/** For parts that are in memory: those on their way, the one that is gathered, and its copy. */
const memoryBytes = 192 * 1024 ** 2;
const mostAtATime = 8;

/** How an object is put. */
export interface Parts {
  readonly partBytes: number;
  /** Parts on their way at the same time. */
  readonly atATime: number;
  /** More bytes do not go into one object in such parts. */
  readonly mostBytes: number;
}

/** @param bytes of a file, or of a stream at most; undefined: a stream of up to 600 GiB */
export function partsFor(bytes: number | undefined): Parts {
  const partBytes = bytes === undefined ? streamPartBytes : Math.max(usualPartBytes, Math.ceil(bytes / mostParts));
  const fitting = Math.floor(memoryBytes / partBytes) - 2;
  return {
    partBytes,
    atATime: Math.max(1, Math.min(mostAtATime, fitting)),
    mostBytes: bytes === undefined ? mostStreamBytes : partBytes * mostParts,
  };
}
