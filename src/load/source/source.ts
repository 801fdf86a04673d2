import type { Buffer } from 'node:buffer';

/** What a checkpoint stores to recognize a source. */
export type SourceIdentity =
  | {
      readonly kind: 'file';
      readonly sizeBytes: number;
      readonly mtimeMs: number;
      /** SHA-256, in hex, of the first and of the last 64 KiB. */
      readonly headSha256: string;
      readonly tailSha256: string;
    }
  | {
      readonly kind: 'stdin';
      /** SHA-256, in hex, of the first `hashedBytes` bytes: up to the end of the chunk with the frontier. */
      readonly hashedBytes: number;
      readonly sha256: string;
    }
  | {
      /** An S3 object, or a URL whose server identifies the version with an ETag. */
      readonly kind: 'object';
      readonly sizeBytes: number;
      /** A strong ETag, including its quotes. */
      readonly etag: string;
    };

/**
 * One input of a load: bytes with a name, a size and an identity. Offsets and chunks refer to decompressed bytes. The
 * identity of a compressed file or object refers to its stored bytes.
 */
export interface Source {
  /** As the user named it, without secrets in a URL; `stdin` for standard input. Shown in messages. */
  readonly name: string;
  /** Last part of the name. Names the reject file and the checkpoint. */
  readonly baseName: string;
  /** Size as stored, compressed or not; undefined if unknown. */
  readonly storedBytes: number | undefined;
  /** Stored bytes that the first `offset` decompressed bytes came from. An estimate if the source is compressed. */
  storedOffset(offset: number): number;
  /**
   * Identifies the source, given that everything before `frontierOffset` is settled.
   * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED.
   */
  identify(frontierOffset: number): Promise<SourceIdentity>;
  /**
   * Yields the bytes from the start, to read the header before `read` is called. The caller may stop early.
   * @throws LoaderError SOURCE_UNREADABLE.
   */
  head(): AsyncIterable<Buffer>;
  /**
   * Yields the bytes from `offset` to the end. A chunk is valid until the next one is requested. Called once.
   * @param expected Identity that the source must have; given when a run resumes.
   * @throws LoaderError SOURCE_UNREADABLE; SOURCE_CHANGED if the source is not the expected one or changes during the
   * read; INTERRUPTED if `close` is called during the read.
   */
  read(offset: number, expected?: SourceIdentity): AsyncIterable<Buffer>;
  /** Closes the source and ends a waiting read. Idempotent. */
  close(): Promise<void>;
}
