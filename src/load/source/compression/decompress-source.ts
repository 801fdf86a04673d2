import type { Buffer } from 'node:buffer';
import type { Compression } from '../../settings.ts';
import { CompressedInput } from './compressed-input.ts';
import { decompress, detectCompression } from './decompress.ts';
import { DecompressionProgress } from './decompression-progress.ts';
import type { CompressionFormat } from './file-formats.ts';
import { createDifferentSourceError, createReadCanceledError } from '../errors.ts';
import type { Source, SourceIdentity } from '../source.ts';

/**
 * Returns a source that decompresses the given one if it is compressed, else the given source. An empty source counts as
 * not compressed, whatever the setting. Not for streams, which decompress what they read.
 * @throws LoaderError SOURCE_UNREADABLE: see `detectCompression`.
 */
export async function decompressIfNeeded(source: Source, compression: Compression): Promise<Source> {
  if (compression === 'none' || source.storedBytes === 0) return source;
  const input = new CompressedInput(source.head());
  try {
    const format = await detectCompression(input, compression, source.name);
    return format === undefined ? source : new CompressedSource(source, format);
  } finally {
    await input.close();
  }
}

/** A compressed source that can be read several times. Resuming decompresses it from the start. */
class CompressedSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number | undefined;
  readonly #inner: Source;
  readonly #format: CompressionFormat;
  readonly #progress = new DecompressionProgress();
  #isClosed = false;

  constructor(inner: Source, format: CompressionFormat) {
    this.name = inner.name;
    // Files named after it, such as the reject file, are not compressed.
    this.baseName = inner.baseName.replace(/(?<=.)\.(gz|gzip|zst|zstd)$/i, '');
    this.storedBytes = inner.storedBytes;
    this.#inner = inner;
    this.#format = format;
  }

  storedOffset(offset: number): number {
    return this.#progress.storedOffset(offset);
  }

  identify(frontierOffset: number): Promise<SourceIdentity> {
    return this.#inner.identify(frontierOffset);
  }

  head(): AsyncGenerator<Buffer, void, void> {
    return decompress(new CompressedInput(this.#inner.head()), this.#format, this.name, new DecompressionProgress());
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    const input = new CompressedInput(this.#inner.read(0, expected));
    let at = 0;
    for await (const chunk of decompress(input, this.#format, this.name, this.#progress)) {
      if (this.#isClosed) throw createReadCanceledError(this.name);
      const before = at;
      at += chunk.length;
      if (at > offset) yield before < offset ? chunk.subarray(offset - before) : chunk;
    }
    if (at < offset) {
      throw createDifferentSourceError(
        this.name,
        `it decompresses to ${at} bytes, but the earlier run stopped at byte ${offset}`,
      );
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#inner.close();
  }
}
