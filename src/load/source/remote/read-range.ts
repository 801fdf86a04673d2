import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { createChangedSourceError, createReadCanceledError } from '../errors.ts';
import {
  createNotResumableError,
  describeNetworkError,
  TransientError,
  createRetriesExhaustedError,
} from './object-errors.ts';
import { rejectOnAbort } from '../../reject-on-abort.ts';
import { backoffMs, makeIdleLimit, type RetrySettings } from './retry-policy.ts';

/** The body of a response with bytes of an object. */
export interface ObjectBody {
  readonly bytes: Readable;
  /** Offset in the object of the first byte: at or before the requested one. */
  readonly start: number;
}

/** One version of a remote object, and the request for its bytes. */
export interface RemoteObject {
  /** Shown in messages. */
  readonly name: string;
  readonly baseName: string;
  readonly sizeBytes: number;
  /** A strong ETag, including its quotes. */
  readonly etag: string;
  /** Whether the server supports range requests. If not, a broken download cannot resume. */
  readonly hasRanges: boolean;
  /**
   * Requests the bytes in [from, to) of this version. The body may start earlier and end later. Aborting the signal
   * ends the request and the body.
   * @throws TransientError if a retry may help, else LoaderError SOURCE_UNREADABLE, SOURCE_CHANGED …
   */
  get(from: number, to: number, signal: AbortSignal): Promise<ObjectBody>;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly retrySettings: RetrySettings;
}

/** Bytes in [from, to). */
interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads the bytes in [from, to), each once and in order. A broken download resumes where it stopped. Only attempts
 * without new bytes are limited.
 * @throws LoaderError SOURCE_UNREADABLE; SOURCE_CHANGED if the object grew; INTERRUPTED if the signal is aborted;
 * errors of `object.get`.
 */
export async function* readRange(
  object: RemoteObject,
  from: number,
  to: number,
  { signal, retrySettings }: ReadOptions,
): AsyncGenerator<Buffer, void, void> {
  let at = from;
  let failures = 0;
  while (at < to) {
    let hasBody = false;
    const attempt = new AbortController();
    const stop = AbortSignal.any([signal, attempt.signal]);
    try {
      const body = await request(object, at, to, stop);
      hasBody = true;
      for await (const chunk of readBody(body, object, { from: at, to }, { signal: stop, retrySettings })) {
        at += chunk.length;
        failures = 0;
        yield chunk;
      }
      if (at < to) throw new TransientError('the response ended early');
    } catch (error) {
      if (signal.aborted) throw createReadCanceledError(object.name);
      if (!(error instanceof TransientError)) throw error;
      if (hasBody && !object.hasRanges) throw createNotResumableError(object.name, error.message, at);
      failures++;
      if (failures >= retrySettings.maxAttempts) throw createRetriesExhaustedError(object.name, error, failures, at);
      await retrySettings.sleep(backoffMs(failures, error.retryAfterMs, retrySettings.random()), signal).catch(() => {
        throw createReadCanceledError(object.name);
      });
    } finally {
      // Closes the connection even if the body wraps another stream.
      attempt.abort();
    }
  }
}

async function request(object: RemoteObject, from: number, to: number, signal: AbortSignal): Promise<ObjectBody> {
  const requested = object.get(from, to, signal).then((body) => {
    // The iterator reports errors. Without this listener, an early one would be uncaught.
    body.bytes.on('error', () => undefined);
    if (signal.aborted) body.bytes.destroy();
    return body;
  });
  return rejectOnAbort(requested, signal);
}

/** Yields the bytes in [from, to) of one response, and always destroys its body. */
async function* readBody(
  { bytes, start }: ObjectBody,
  object: RemoteObject,
  { from, to }: ByteRange,
  { signal, retrySettings }: ReadOptions,
): AsyncGenerator<Buffer, void, void> {
  const chunks = (bytes as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | undefined> => {
    try {
      const result = await rejectOnAbort(chunks.next(), signal, makeIdleLimit(retrySettings.idleTimeoutMs));
      return result.done === true ? undefined : result.value;
    } catch (error) {
      throw error instanceof TransientError ? error : new TransientError(describeNetworkError(error));
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
    // Reading the body to its end frees the connection for reuse. Errors no longer matter.
    const hasMore = at > to ? true : ((await next().catch(() => undefined))?.length ?? 0) > 0;
    if (hasMore && to === object.sizeBytes) {
      throw createChangedSourceError(object.name, `it had ${object.sizeBytes} bytes and now has more`);
    }
  } finally {
    bytes.destroy();
  }
}
