import type { Buffer } from 'node:buffer';
import type { Transform } from 'node:stream';
import type { PackedInput } from './packed-input.ts';

/** A decompressing stream of node:zlib. */
export type ZlibStream = Transform & {
  /** Packed bytes used so far. */
  readonly bytesWritten: number;
};

/**
 * Drives a stream of node:zlib by hand: a piece goes in, what it unpacks to comes out, and only then is there a next
 * piece. So nothing is read ahead, and it is known to the byte how much was used.
 */
export class ZlibEngine {
  readonly #stream: ZlibStream;
  readonly #explain: (error: unknown) => Error;
  #error: unknown;
  #isBusy = false;
  #isEnded = false;
  #wake = (): void => undefined;

  /** @param explain what is thrown for an error of the stream. */
  constructor(stream: ZlibStream, explain: (error: unknown) => Error) {
    this.#stream = stream;
    this.#explain = explain;
    stream.on('readable', () => {
      this.#wake();
    });
    stream.on('end', () => {
      this.#isEnded = true;
      this.#wake();
    });
    stream.on('error', (error) => {
      this.#fail(error);
    });
  }

  /**
   * Unpacks a piece of the input, which is taken from it as it is used.
   * @returns whether all of it was used; else the packed data end within it.
   */
  async *feed(input: PackedInput, piece: Buffer): AsyncGenerator<Buffer, boolean, void> {
    let taken = 0;
    const before = this.#stream.bytesWritten;
    const take = (): void => {
      const used = this.#stream.bytesWritten - before;
      input.take(used - taken);
      taken = used;
    };
    this.#write(piece);
    for (;;) {
      const out = this.#read();
      take();
      if (out !== null) yield out;
      else if (this.#isBusy) await this.#event();
      else return taken === piece.length;
    }
  }

  /** No more comes: what is left. Fails where the packed data are not whole. */
  async *finish(): AsyncGenerator<Buffer, void, void> {
    this.#stream.end();
    for (;;) {
      const out = this.#read();
      if (out !== null) yield out;
      else if (this.#isEnded) return;
      else await this.#event();
    }
  }

  close(): void {
    this.#stream.destroy();
  }

  #write(piece: Buffer): void {
    this.#isBusy = true;
    this.#stream.write(piece, (error) => {
      this.#isBusy = false;
      if (error == null) this.#wake();
      else this.#fail(error);
    });
  }

  #read(): Buffer | null {
    const out = this.#stream.read() as Buffer | null;
    if (this.#error !== undefined) throw this.#explain(this.#error);
    return out;
  }

  #event(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #fail(error: unknown): void {
    this.#error ??= error;
    this.#wake();
  }
}
