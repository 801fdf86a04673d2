import type { Dispatcher } from 'undici';
import type { Compression } from '../../settings.ts';
import { changedWhileRead } from '../errors.ts';
import { retry } from '../../../aws/retry.ts';
import { bodyStart } from './body-start.ts';
import type { ObjectBody, ObjectEdge } from './object-bytes.ts';
import { changeTold, TransientError, triedInVain } from './object-errors.ts';
import { usualPatience, waitMs, type Patience } from './retry-policy.ts';
import { ObjectSource } from './object.ts';
import type { Source } from '../source.ts';
import { StreamSource } from '../stream.ts';
import { contentEncoding, contentLength, contentRange, strongEtag } from './url-answer.ts';
import { assertReadable, refusal } from './url-errors.ts';
import { discard, get, parseTarget, type GetOptions, type Target } from './url-request.ts';
import { readOnce } from './url-stream.ts';

/** What the server says of the file. */
interface Found {
  readonly sizeBytes: number | undefined;
  readonly etag: string | undefined;
  readonly hasRanges: boolean;
  readonly encoding: string;
}

/** The version of the file that a source reads. */
interface Version extends Found {
  readonly sizeBytes: number;
  readonly etag: string;
}

/** Tries to open where nobody answers: a name that was mistyped is told soon. */
const openingTriesUnanswered = 3;

export interface UrlOptions {
  readonly dispatcher: Dispatcher;
  /** Of a stream; the bytes of an object come as they lie there. */
  readonly compression: Compression;
  /** Ends the wait for a server that does not answer. */
  readonly stop?: AbortSignal | undefined;
  readonly patience?: Patience;
}

/**
 * What an `http://` or `https://` URL leads to. A GET of its first byte finds out what the server can do: many presigned
 * URLs allow nothing else. Where it names a strong ETag and a size the source is an object, read on after a
 * break; else a stream, which is not.
 * @throws LoaderError USAGE (no URL), SOURCE_UNREADABLE
 */
export async function openUrl(url: string, options: UrlOptions): Promise<Source> {
  const { dispatcher, compression, stop, patience = usualPatience } = options;
  const target = parseTarget(url);
  const way: Way = { target, dispatcher, patience };
  const found = await look(way, stop);
  const { sizeBytes, etag } = found;
  if (sizeBytes !== undefined && etag !== undefined) {
    return new ObjectSource(edgeOf(way, { ...found, sizeBytes, etag }), patience);
  }
  const open = (signal: AbortSignal) =>
    readOnce(target.name, () => getAgain(way, {}, { signal, triesUnanswered: patience.tries }));
  return new StreamSource(target.name, target.baseName, open, { compression, storedBytes: sizeBytes });
}

interface Way {
  readonly target: Target;
  readonly dispatcher: Dispatcher;
  readonly patience: Patience;
}

async function look(way: Way, signal?: AbortSignal): Promise<Found> {
  const first = await getAgain(way, { range: 'bytes=0-0' }, { signal, wanted: [200, 206, 416] });
  discard(first);
  const range = contentRange(first.headers);
  if (first.statusCode === 206 && range?.first === 0 && range.total !== undefined) {
    const length = contentLength(first.headers);
    // One that sends more than it says cannot be trusted with a range.
    const hasRanges = range.last === 0 && (length === undefined || length === 1);
    return { ...found(first), sizeBytes: range.total, hasRanges };
  }
  if (first.statusCode === 200) return found(first);
  // Of an empty file there is no first byte.
  const whole = await getAgain(way, {}, { signal });
  discard(whole);
  return found(whole);
}

function found({ headers }: Dispatcher.ResponseData): Found {
  return {
    sizeBytes: contentLength(headers),
    etag: strongEtag(headers),
    hasRanges: false,
    encoding: contentEncoding(headers),
  };
}

/**
 * A GET that is tried again where that may help, up to the beginning of the answer's body.
 * @throws LoaderError SOURCE_UNREADABLE
 */
function getAgain(
  way: Way,
  headers: Readonly<Record<string, string>>,
  { signal, wanted = [200], triesUnanswered = openingTriesUnanswered }: AgainOptions = {},
): Promise<Dispatcher.ResponseData> {
  const { target, patience } = way;
  const getWanted = async (): Promise<Dispatcher.ResponseData> => {
    const answer = await get(target, headers, optionsOf(way, signal));
    assertWanted(target, answer, wanted);
    return answer;
  };
  let unanswered = 0;
  const nextWaitMs = (error: unknown, failures: number): number | undefined => {
    if (!(error instanceof TransientError) || signal?.aborted === true) return undefined;
    if (!error.isAnswer) unanswered++;
    if (failures >= patience.tries || unanswered >= triesUnanswered) throw triedInVain(target.name, error, failures);
    return waitMs(failures, error.retryAfterMs, patience.chance());
  };
  return retry(getWanted, nextWaitMs, { stop: signal, sleep: patience.sleep });
}

function optionsOf({ dispatcher, patience }: Way, signal: AbortSignal | undefined): GetOptions {
  return { dispatcher, idleMs: patience.idleMs, signal };
}

interface AgainOptions {
  readonly signal?: AbortSignal | undefined;
  /** Statuses of the answers that are handed on; default 200. */
  readonly wanted?: readonly number[];
  /** Tries that nobody answered at most; default as for opening. */
  readonly triesUnanswered?: number;
}

function assertWanted({ name, authorization }: Target, answer: Dispatcher.ResponseData, wanted: readonly number[]) {
  try {
    if (!wanted.includes(answer.statusCode)) {
      throw refusal(name, answer.statusCode, answer.headers, authorization !== undefined);
    }
    assertReadable(name, contentEncoding(answer.headers));
  } catch (error) {
    discard(answer);
    throw error;
  }
}

function edgeOf(way: Way, version: Version): ObjectEdge {
  const { target } = way;
  const { sizeBytes, etag, hasRanges } = version;
  return {
    name: target.name,
    baseName: target.baseName,
    sizeBytes,
    etag,
    hasRanges,
    async get(from, to, signal) {
      const headers = hasRanges ? { 'if-match': etag, ...rangeOf(from, to, sizeBytes) } : {};
      const answer = await get(target, headers, optionsOf(way, signal));
      try {
        return bodyOf(target, answer, version, from);
      } catch (error) {
        discard(answer);
        throw error;
      }
    },
  };
}

/** Without one where all is wanted; to the end without naming it. */
function rangeOf(from: number, to: number, sizeBytes: number): { range?: string } {
  if (from === 0 && to === sizeBytes) return {};
  return { range: `bytes=${from}-${to === sizeBytes ? '' : to - 1}` };
}

/** The body of an answer, when it is one of this version. */
function bodyOf(target: Target, answer: Dispatcher.ResponseData, version: Version, from: number): ObjectBody {
  const { name } = target;
  const { statusCode: status, headers, body } = answer;
  const { sizeBytes } = version;
  const changed = changeTold(name, status, sizeBytes, from);
  if (changed !== undefined) throw changed;
  if (status !== 200 && status !== 206) throw refusal(name, status, headers, target.authorization !== undefined);
  assertSame(name, answer, version);
  return { bytes: body, start: bodyStart(name, headers, { isPartial: status === 206, sizeBytes, from }) };
}

function assertSame(name: string, { headers }: Dispatcher.ResponseData, { etag, encoding }: Version): void {
  const etagNow = strongEtag(headers);
  if (etagNow === undefined) throw changedWhileRead(name, `its ETag was ${etag} and it has none now`);
  if (etagNow !== etag) throw changedWhileRead(name, `its ETag was ${etag} and is ${etagNow} now`);
  if (contentEncoding(headers) !== encoding) throw changedWhileRead(name, 'the server packs it in another way now');
}
