import { Buffer } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { LoaderError } from '../../../src/errors.ts';
import { Cancellation } from '../../../src/load/cancellation.ts';

function never(): AbortSignal {
  return new AbortController().signal;
}

async function* chunksOf(...chunks: readonly string[]): AsyncGenerator<string, void, void> {
  for (const chunk of chunks) {
    await Promise.resolve();
    yield chunk;
  }
}

describe('Cancellation', () => {
  it('keeps the first reason', () => {
    const stop = new AbortController();
    const cancellation = new Cancellation(stop.signal);
    cancellation.cancel(new LoaderError('TABLE_NOT_FOUND', 'gone'));
    stop.abort();
    expect(cancellation.reason?.code).toBe('TABLE_NOT_FOUND');
    expect(cancellation.signal.aborted).toBe(true);
  });

  it('reports an error that is not a LoaderError as INTERNAL', () => {
    const cancellation = new Cancellation(never());
    cancellation.cancel('text');
    expect(cancellation.reason).toMatchObject({ code: 'INTERNAL', message: 'text' });
  });

  it('yields all chunks', async () => {
    const seen: string[] = [];
    for await (const chunk of new Cancellation(never()).untilCanceled(chunksOf('a', 'b', 'c'))) seen.push(chunk);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('ends the chunks of a stalled source when the run is canceled', async () => {
    const stop = new AbortController();
    const cancellation = new Cancellation(stop.signal);
    const stalled: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<string>>(() => undefined) }),
    };
    setTimeout(() => {
      stop.abort();
    }, 10);
    for await (const chunk of cancellation.untilCanceled(stalled)) expect.unreachable(chunk);
    expect(cancellation.reason?.code).toBe('INTERRUPTED');
  });

  it('does not keep yielded chunks in memory', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const chunkBytes = 1024 * 1024;
    async function* many(): AsyncGenerator<Buffer, void, void> {
      for (let count = 0; count < 200; count++) {
        await new Promise(setImmediate);
        yield Buffer.alloc(chunkBytes, count);
      }
    }
    collect();
    const before = process.memoryUsage().arrayBuffers;
    let maxHeldBytes = 0;
    let count = 0;
    for await (const chunk of new Cancellation(never()).untilCanceled(many())) {
      expect(chunk[0]).toBe(count & 0xff);
      if (++count % 50 !== 0) continue;
      collect();
      maxHeldBytes = Math.max(maxHeldBytes, process.memoryUsage().arrayBuffers - before);
    }
    expect(maxHeldBytes).toBeLessThan(60 * chunkBytes);
  });
});
