import type { Dispatcher } from 'undici';
import { retry } from '../../../aws/retry.ts';
import type { Compression } from '../../settings.ts';
import { createChangedSourceError } from '../errors.ts';
import type { Source } from '../source.ts';
import { StreamSource } from '../stream-source.ts';
import { bodyStart } from './body-start.ts';
import { changeFromStatus, TransientError, createRetriesExhaustedError } from './object-errors.ts';
import { ObjectSource } from './object-source.ts';
import { readOnce } from './read-once.ts';
import type { ObjectBody, RemoteObject } from './read-range.ts';
import { getContentEncoding, getContentLength, getContentRange, getStrongEtag } from './response-headers.ts';
import { backoffMs, defaultRetrySettings, type RetrySettings } from './retry-policy.ts';
import { assertSupportedEncoding, statusError } from './url-errors.ts';
import { discard, get, parseTarget, type UrlClient, type UrlTarget } from './url-request.ts';

type Response = Dispatcher.ResponseData;

/** What the server reports about the file. */
interface FileInfo {
  readonly sizeBytes: number | undefined;
  readonly etag: string | undefined;
  readonly hasRanges: boolean;
  readonly encoding: string;
}

/** The version of the file that a source reads. */
interface FileVersion extends FileInfo {
  readonly sizeBytes: number;
  readonly etag: string;
}

/** Attempts to open a URL without any response. Few, so that a mistyped host name fails soon. */
const maxUnansweredOpenings = 3;

export interface UrlOptions {
  readonly dispatcher: Dispatcher;
  /** Used for streams only. An object source yields the bytes as they are stored. */
  readonly compression: Compression;
  /** Ends the wait for a server that does not respond. */
  readonly stop?: AbortSignal | undefined;
  readonly retrySettings?: RetrySettings;
}

/**
 * Opens an `http://` or `https://` URL. A GET of the first byte finds out what the server supports, because many
 * presigned URLs allow nothing else. If the server reports a strong ETag and the size, the source is an object, whose
 * broken downloads resume. Otherwise it is a stream, which cannot resume.
 * @throws LoaderError USAGE (the URL is invalid), SOURCE_UNREADABLE.
 */
export async function openUrl(url: string, options: UrlOptions): Promise<Source> {
  const { dispatcher, compression, stop, retrySettings = defaultRetrySettings } = options;
  const target = parseTarget(url);
  const client: UrlClient = { target, dispatcher, retrySettings };
  const info = await probe(client, stop);
  const { sizeBytes, etag } = info;
  if (sizeBytes !== undefined && etag !== undefined) {
    return new ObjectSource(makeRemoteObject(client, { ...info, sizeBytes, etag }), retrySettings);
  }
  const open = (signal: AbortSignal) =>
    readOnce(target.name, () => getWithRetry(client, {}, { signal, maxUnanswered: retrySettings.maxAttempts }));
  return new StreamSource(target.name, target.baseName, open, { compression, storedBytes: sizeBytes });
}

async function probe(client: UrlClient, signal?: AbortSignal): Promise<FileInfo> {
  const first = await getWithRetry(client, { range: 'bytes=0-0' }, { signal, statuses: [200, 206, 416] });
  discard(first);
  const range = getContentRange(first.headers);
  if (first.statusCode === 206 && range?.first === 0 && range.total !== undefined) {
    const length = getContentLength(first.headers);
    // Ranges cannot be trusted if the server sends more than it reports.
    const hasRanges = range.last === 0 && (length === undefined || length === 1);
    return { ...describeFile(first), sizeBytes: range.total, hasRanges };
  }
  if (first.statusCode === 200) return describeFile(first);
  // An empty file has no first byte.
  const whole = await getWithRetry(client, {}, { signal });
  discard(whole);
  return describeFile(whole);
}

function describeFile({ headers }: Response): FileInfo {
  return {
    sizeBytes: getContentLength(headers),
    etag: getStrongEtag(headers),
    hasRanges: false,
    encoding: getContentEncoding(headers),
  };
}

interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Statuses of the responses to return (default: 200). */
  readonly statuses?: readonly number[];
  /** Maximum attempts without a response (default: `maxUnansweredOpenings`). */
  readonly maxUnanswered?: number;
}

/**
 * Sends a GET, and retries it until the response headers arrive.
 * @throws LoaderError SOURCE_UNREADABLE.
 */
function getWithRetry(
  client: UrlClient,
  headers: Readonly<Record<string, string>>,
  { signal, statuses = [200], maxUnanswered = maxUnansweredOpenings }: RetryOptions = {},
): Promise<Response> {
  const { target, retrySettings } = client;
  const getOnce = async (): Promise<Response> => {
    const response = await get(client, headers, signal);
    assertUsable(target, response, statuses);
    return response;
  };
  let unanswered = 0;
  const nextWaitMs = (error: unknown, failures: number): number | undefined => {
    if (!(error instanceof TransientError) || signal?.aborted === true) return undefined;
    if (!error.isResponse) unanswered++;
    const isLast = failures >= retrySettings.maxAttempts || unanswered >= maxUnanswered;
    if (isLast) throw createRetriesExhaustedError(target.name, error, failures);
    return backoffMs(failures, error.retryAfterMs, retrySettings.random());
  };
  return retry(getOnce, nextWaitMs, { stop: signal, sleep: retrySettings.sleep });
}

function assertUsable({ name, authorization }: UrlTarget, response: Response, statuses: readonly number[]): void {
  const { statusCode, headers } = response;
  try {
    if (!statuses.includes(statusCode)) throw statusError(name, statusCode, headers, authorization !== undefined);
    assertSupportedEncoding(name, getContentEncoding(headers));
  } catch (error) {
    discard(response);
    throw error;
  }
}

function makeRemoteObject(client: UrlClient, version: FileVersion): RemoteObject {
  const { target } = client;
  const { sizeBytes, etag, hasRanges } = version;
  return {
    name: target.name,
    baseName: target.baseName,
    sizeBytes,
    etag,
    hasRanges,
    async get(from, to, signal) {
      const headers = hasRanges ? { 'if-match': etag, ...makeRangeHeader(from, to, sizeBytes) } : {};
      const response = await get(client, headers, signal);
      try {
        return checkBody(target, response, version, from);
      } catch (error) {
        discard(response);
        throw error;
      }
    },
  };
}

/** Omits the header for the whole file, and the last byte for a range up to the end. */
function makeRangeHeader(from: number, to: number, sizeBytes: number): { range?: string } {
  if (from === 0 && to === sizeBytes) return {};
  return { range: `bytes=${from}-${to === sizeBytes ? '' : to - 1}` };
}

/** Returns the body of a response if it belongs to this version. */
function checkBody(target: UrlTarget, response: Response, version: FileVersion, from: number): ObjectBody {
  const { name, authorization } = target;
  const { statusCode: status, headers, body } = response;
  const { sizeBytes } = version;
  const changed = changeFromStatus(name, status, sizeBytes, from);
  if (changed !== undefined) throw changed;
  if (status !== 200 && status !== 206) throw statusError(name, status, headers, authorization !== undefined);
  assertSameVersion(name, response, version);
  return { bytes: body, start: bodyStart(name, headers, { isPartial: status === 206, sizeBytes, from }) };
}

function assertSameVersion(name: string, { headers }: Response, { etag, encoding }: FileVersion): void {
  const etagNow = getStrongEtag(headers);
  if (etagNow !== etag) throw createChangedSourceError(name, `its ETag was ${etag} and is now ${etagNow ?? 'missing'}`);
  if (getContentEncoding(headers) !== encoding)
    throw createChangedSourceError(name, 'its Content-Encoding is now different');
}
