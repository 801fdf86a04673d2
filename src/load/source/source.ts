import type { Buffer } from 'node:buffer';

/** What a checkpoint remembers of a source to know it again. */
export type SourceIdentity =
  | {
      readonly kind: 'file';
      readonly sizeBytes: number;
      readonly mtimeMs: number;
      /** SHA-256, hex, of the first and of the last 64 KiB. */
      readonly headSha256: string;
      readonly tailSha256: string;
    }
  | {
      readonly kind: 'stdin';
      /** SHA-256, hex, of the first `hashedBytes` bytes: to the end of the chunk in which the frontier lies. */
      readonly hashedBytes: number;
      readonly sha256: string;
    }
  | {
      /** An object of S3, or what a URL leads to, where the server says which version it hands out. */
      readonly kind: 'object';
      readonly sizeBytes: number;
      /** A strong one, with its quotes, as the server gives it. */
      readonly etag: string;
    };

/**
 * One input of a load: bytes with a name, a size and an identity. The bytes are unpacked ones wherever nothing else is
 * said: offsets count them, readers get them, and those of a packed source are hashed and compared as they lie there.
 */
export interface Source {
  /** As the user named it, without the secret parts of a URL; `stdin` for standard input. Shown in messages and reasons. */
  readonly name: string;
  /** Last part of the name: what the names of reject file and checkpoint are made from. */
  readonly baseName: string;
  /** Bytes as they lie there, packed or not; undefined where that is not known beforehand. */
  readonly storedBytes: number | undefined;
  /** About how many of those stand for the first `offset` unpacked ones. Exact where nothing is packed. */
  storedOffset(offset: number): number;
  /**
   * What identifies the source, given that all before `frontierOffset` is settled.
   * @throws LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED
   */
  identify(frontierOffset: number): Promise<SourceIdentity>;
  /**
   * The bytes from the beginning, in chunks, for a look at the header before `read`; whoever has seen enough ends it.
   * @throws LoaderError SOURCE_UNREADABLE
   */
  head(): AsyncIterable<Buffer>;
  /**
   * The bytes from `offset` to the end, in chunks; each is valid until the next is asked for. Called once. Where `expected` is given (a resume), the
   * source is held against it first.
   * @throws LoaderError SOURCE_UNREADABLE; SOURCE_CHANGED where the source is not the one expected, or
   * changes while it is read; INTERRUPTED where `close` is called while the next chunk is awaited.
   */
  read(offset: number, expected?: SourceIdentity): AsyncIterable<Buffer>;
  /** Ends a read that waits, too. May be called several times, also where nothing was read. */
  close(): Promise<void>;
}
