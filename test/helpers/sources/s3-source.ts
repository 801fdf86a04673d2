import type { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { etagOf, type HttpFaults, type SeenRequest, send, serveSource } from './http-source.ts';

export interface S3Faults extends Pick<
  HttpFaults,
  'cutAfter' | 'stall' | 'reset' | 'rangeBytes' | 'lie' | 'ignoreIfMatch'
> {
  /** Number of keys per page of a listing; default 1,000. */
  readonly pageKeys?: number;
  /** Responds to these requests, numbered from 1, with this error. */
  readonly refuse?: {
    readonly requests: (number: number, request: IncomingMessage) => boolean;
    readonly error: S3Refusal;
  };
  /** Called before a response, with the request number from 1. May change the objects. */
  readonly before?: (number: number) => void;
  /** Headers of every response with an object. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Storage class in listings. */
  readonly storageClass?: string;
}

export interface S3Refusal {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of the XML of S3. */
  readonly body?: string;
}

export interface S3Source {
  /** For a client with `forcePathStyle`. */
  readonly endpoint: string;
  readonly requests: readonly SeenRequest[];
  connections(): Promise<number>;
  underWay(): number;
  close(): Promise<void>;
}

/** Starts a server with the S3 operations that a reader needs and one bucket, on a free port of the loopback address. */
export async function startS3Source(
  bucket: string,
  objects: Map<string, Buffer>,
  faults: S3Faults = {},
): Promise<S3Source> {
  const requests: SeenRequest[] = [];
  let answers = 0;
  const server = await serveSource((request, response) => {
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers });
    const number = requests.length;
    faults.before?.(number);
    if (faults.reset?.includes(number) === true) {
      request.socket.destroy();
      return;
    }
    if (faults.refuse?.requests(number, request) === true) {
      refuse(request, response, faults.refuse.error);
      return;
    }
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const [, named, ...rest] = path.split('/');
    if (named !== bucket) {
      refuse(request, response, { status: 404, code: 'NoSuchBucket' });
      return;
    }
    const key = decodeURIComponent(rest.join('/'));
    if (key === '') {
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end(listing(bucket, objects, new URLSearchParams(query), faults));
      return;
    }
    const body = objects.get(key);
    if (body === undefined) {
      refuse(request, response, { status: 404, code: 'NoSuchKey' });
      return;
    }
    const etag = etagOf(body);
    const ifMatch = request.headers['if-match'];
    if (faults.ignoreIfMatch !== true && ifMatch !== undefined && ifMatch !== etag) {
      refuse(request, response, { status: 412, code: 'PreconditionFailed' });
      return;
    }
    const first = /^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1];
    if (first !== undefined && Number(first) >= body.length) {
      refuse(request, response, { status: 416, code: 'InvalidRange' });
      return;
    }
    for (const [name, value] of Object.entries(faults.headers ?? {})) response.setHeader(name, value);
    if (request.method === 'GET') answers++;
    send(request, response, { body, etag, number: answers, faults });
  }, requests);
  return { ...server, endpoint: new URL(server.url).origin };
}

function refuse(request: IncomingMessage, response: ServerResponse, refusal: S3Refusal): void {
  const { status, code, message = `${code} (injected)`, headers = {} } = refusal;
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'R1', ...headers });
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${escaped(message)}</Message><RequestId>R1</RequestId></Error>`;
  response.end(request.method === 'HEAD' ? undefined : (refusal.body ?? xml));
}

function listing(
  bucket: string,
  objects: ReadonlyMap<string, Buffer>,
  query: URLSearchParams,
  faults: S3Faults,
): string {
  const prefix = query.get('prefix') ?? '';
  const pageKeys = faults.pageKeys ?? 1000;
  // In the order of the map: the caller can sort it.
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix));
  const from = Number(query.get('continuation-token') ?? 0);
  const next = from + pageKeys;
  const isUrl = query.get('encoding-type') === 'url';
  const shown = (key: string): string =>
    isUrl ? encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/') : escaped(key);
  const contents = keys.slice(from, next).map((key) => {
    const body = objects.get(key);
    if (body === undefined) return '';
    return `<Contents><Key>${shown(key)}</Key><ETag>${escaped(etagOf(body))}</ETag><Size>${body.length}</Size><StorageClass>${faults.storageClass ?? 'STANDARD'}</StorageClass></Contents>`;
  });
  const more = next < keys.length ? `<NextContinuationToken>${next}</NextContinuationToken>` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucket}</Name><Prefix>${shown(prefix)}</Prefix>${
    isUrl ? '<EncodingType>url</EncodingType>' : ''
  }<KeyCount>${contents.length}</KeyCount><MaxKeys>${pageKeys}</MaxKeys><IsTruncated>${String(more !== '')}</IsTruncated>${more}${contents.join('')}</ListBucketResult>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
