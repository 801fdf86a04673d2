import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { changedWhileRead, closedWhileRead } from '../errors.ts';
import { cannotGoOn, TransientError, triedInVain, wordsOf } from './object-errors.ts';
import { unlessAborted } from '../../abortable.ts';
import { idleLimit, waitMs, type Patience } from './retry-policy.ts';

/** Bytes of an object as they come. */
export interface ObjectBody {
  readonly bytes: Readable;
  /** Where in the object the first of them lies: not behind the one asked for. */
  readonly start: number;
}

/** One version of an object, and the way to its bytes. */
export interface ObjectEdge {
  /** Shown in messages. */
  readonly name: string;
  readonly baseName: string;
  readonly sizeBytes: number;
  /** A strong one, with its quotes. */
  readonly etag: string;
  /** Whether bytes can be had from any place on; else a body that breaks off cannot be continued. */
  readonly hasRanges: boolean;
  /**
   * Asks for the bytes in [from, to) of that version; what comes may begin before and go on behind. Ends as soon as
   * the signal is aborted, and breaks the body off then.
   * @throws TransientError where another try may help; LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED … where not
   */
  get(from: number, to: number, signal: AbortSignal): Promise<ObjectBody>;
}

/** How bytes are waited for. */
export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly patience: Patience;
}

/** Bytes from one place in the object up to, not including, another. */
interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The bytes in [from, to), each once and in order. A body that breaks off is continued where it broke, as long as
 * new bytes keep coming; tries without any are bounded.
 * @throws LoaderError what `edge.get` throws; SOURCE_UNREADABLE; SOURCE_CHANGED where more bytes come than the object
 * had; INTERRUPTED where the signal is aborted
 */
export async function* bytesBetween(
  edge: ObjectEdge,
  from: number,
  to: number,
  { signal, patience }: ReadOptions,
): AsyncGenerator<Buffer, void, void> {
  let at = from;
  let failures = 0;
  while (at < to) {
    let hasBody = false;
    const attempt = new AbortController();
    const stop = AbortSignal.any([signal, attempt.signal]);
    try {
      const body = await ask(edge, at, to, stop);
      hasBody = true;
      for await (const chunk of bytesOf(body, edge, { from: at, to }, { signal: stop, patience })) {
        at += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (at < to) throw new TransientError('the answer ended early');
    } catch (error) {
      if (signal.aborted) throw closedWhileRead(edge.name);
      if (!(error instanceof TransientError)) throw error;
      if (hasBody && !edge.hasRanges) throw cannotGoOn(edge.name, error.message, at);
      failures++;
      if (failures >= patience.tries) throw triedInVain(edge.name, error, failures, at);
      await patience.sleep(waitMs(failures, error.retryAfterMs, patience.chance()), signal).catch(() => {
        throw closedWhileRead(edge.name);
      });
    } finally {
      // A body may be wrapped in another: the connection below it ends too.
      attempt.abort();
    }
  }
}

async function ask(edge: ObjectEdge, from: number, to: number, signal: AbortSignal): Promise<ObjectBody> {
  const asked = edge.get(from, to, signal).then((body) => {
    // Broken off by ourselves, or before anybody listens: told by the iterator, never an uncaught error.
    body.bytes.on('error', () => undefined);
    if (signal.aborted) body.bytes.destroy();
    return body;
  });
  return unlessAborted(asked, signal);
}

/** What one answer has of the bytes in [from, to). Its body is gone when this ends, however it ends. */
async function* bytesOf(
  { bytes, start }: ObjectBody,
  edge: ObjectEdge,
  { from, to }: ByteRange,
  { signal, patience }: ReadOptions,
): AsyncGenerator<Buffer, void, void> {
  const chunks = (bytes as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | undefined> => {
    try {
      const result = await unlessAborted(chunks.next(), signal, idleLimit(patience.idleMs));
      return result.done === true ? undefined : result.value;
    } catch (error) {
      throw error instanceof TransientError ? error : new TransientError(wordsOf(error));
    }
  };
  try {
    let at = start;
    while (at < to) {
      const chunk = await next();
      if (chunk === undefined) return;
      const begin = Math.max(0, from - at);
      const end = Math.min(chunk.length, to - at);
      if (begin < end) yield chunk.subarray(begin, end);
      at += chunk.length;
    }
    // A body that is read to its end leaves its connection for the next; how it ends no longer matters.
    const more = at > to ? true : ((await next().catch(() => undefined))?.length ?? 0) > 0;
    if (more && to === edge.sizeBytes) {
      throw changedWhileRead(edge.name, `it had ${edge.sizeBytes} bytes and has more now`);
    }
  } finally {
    bytes.destroy();
  }
}
