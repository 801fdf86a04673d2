import type { Buffer } from 'node:buffer';
import type { Compression } from '../../settings.ts';
import { closedWhileRead, notTheSame } from '../errors.ts';
import { Meter } from './progress.ts';
import { PackedInput } from './packed-input.ts';
import type { Packing } from './signature.ts';
import type { Source, SourceIdentity } from '../source.ts';
import { packingOf, unpack } from './unpack.ts';

/**
 * The source itself, or where its first bytes (or `compression`) say that it is packed, one that unpacks it. Not for
 * streams: those unpack what they read themselves.
 * @throws LoaderError SOURCE_UNREADABLE: see `packingOf`
 */
export async function unpackedIfPacked(source: Source, compression: Compression): Promise<Source> {
  if (compression === 'none') return source;
  const input = new PackedInput(source.head());
  try {
    const packing = await packingOf(input, compression, source.name);
    return packing === undefined ? source : new PackedSource(source, packing);
  } finally {
    await input.close();
  }
}

/** A source that can be read from its beginning any time, unpacked: to go on in it, all before is unpacked again. */
class PackedSource implements Source {
  readonly name: string;
  readonly baseName: string;
  readonly storedBytes: number | undefined;
  readonly #inner: Source;
  readonly #packing: Packing;
  readonly #meter = new Meter();
  #isClosed = false;

  constructor(inner: Source, packing: Packing) {
    this.name = inner.name;
    // What is made from it, a reject file for example, is not packed.
    this.baseName = inner.baseName.replace(/(?<=.)\.(gz|gzip|zst|zstd)$/i, '');
    this.storedBytes = inner.storedBytes;
    this.#inner = inner;
    this.#packing = packing;
  }

  storedOffset(offset: number): number {
    return this.#meter.storedOffset(offset);
  }

  identify(frontierOffset: number): Promise<SourceIdentity> {
    return this.#inner.identify(frontierOffset);
  }

  head(): AsyncGenerator<Buffer, void, void> {
    return unpack(new PackedInput(this.#inner.head()), this.#packing, this.name, new Meter());
  }

  async *read(offset: number, expected?: SourceIdentity): AsyncGenerator<Buffer, void, void> {
    const input = new PackedInput(this.#inner.read(0, expected));
    let at = 0;
    for await (const chunk of unpack(input, this.#packing, this.name, this.#meter)) {
      if (this.#isClosed) throw closedWhileRead(this.name);
      const before = at;
      at += chunk.length;
      if (at > offset) yield before < offset ? chunk.subarray(offset - before) : chunk;
    }
    if (at < offset) {
      throw notTheSame(this.name, `it unpacks to ${at} bytes, that run stopped at byte ${offset}`);
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#inner.close();
  }
}
