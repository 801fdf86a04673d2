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

/** @param sizeBytes of a file, as it is now */
export function partsOfFile(sizeBytes: number): Parts {
  return partsOf(Math.max(usualPartBytes, Math.ceil(sizeBytes / mostParts)));
}

/** @param expectedBytes at most; undefined: 600 GiB */
export function partsOfStream(expectedBytes: number | undefined): Parts {
  if (expectedBytes === undefined) return { ...partsOf(streamPartBytes), mostBytes: mostStreamBytes };
  return partsOf(Math.max(usualPartBytes, Math.ceil(expectedBytes / mostParts)));
}

function partsOf(partBytes: number): Parts {
  const fitting = Math.floor(memoryBytes / partBytes) - 2;
  return { partBytes, atATime: Math.max(1, Math.min(mostAtATime, fitting)), mostBytes: partBytes * mostParts };
}
