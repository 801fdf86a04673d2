import { createHmac, hash } from 'node:crypto';
import type { Credentials } from '../../aws/credentials.ts';

/** The parts of a request that are the same each time. */
interface SigningTarget {
  /** Host, with the port if it is not the default of the scheme. */
  readonly host: string;
  /** Path of the request, percent-encoded, without a query. */
  readonly path: string;
  readonly region: string;
  readonly action: 'BatchWriteItem' | 'DescribeTable';
}

/**
 * Signs a body.
 * @param timeMs Milliseconds since 1970 (UTC) by the endpoint's clock.
 * @returns Header names and values in turn, without `content-length`.
 */
type Signer = (body: Uint8Array, credentials: Credentials, timeMs: number) => string[];

const service = 'dynamodb';
const contentType = 'application/x-amz-json-1.0';

/**
 * Makes a signer for one action: POST requests to one host and path, with AWS Signature Version 4. Everything that does
 * not change is calculated in advance.
 * Source: IAM User Guide, "Create a signed AWS API request"; a test compares it with the SDK's signer.
 */
export function makeSigner({ host, path, region, action }: SigningTarget): Signer {
  const target = `DynamoDB_20120810.${action}`;
  const canonicalStart = `POST\n${canonicalPath(path)}\n\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:`;
  const timestamp = makeTimestamp();
  let keySecret: string | undefined;
  let keyDate = '';
  let key: Buffer = Buffer.alloc(0);

  return (body, { accessKeyId, secretAccessKey, sessionToken }, timeMs) => {
    const time = timestamp(timeMs);
    const date = time.slice(0, 8);
    if (date !== keyDate || secretAccessKey !== keySecret) {
      key = signingKey(secretAccessKey, date, region);
      keyDate = date;
      keySecret = secretAccessKey;
    }
    const tokenLine = sessionToken ? `x-amz-security-token:${sessionToken}\n` : '';
    const signedNames = sessionToken
      ? 'content-type;host;x-amz-date;x-amz-security-token;x-amz-target'
      : 'content-type;host;x-amz-date;x-amz-target';
    const canonical = `${canonicalStart}${time}\n${tokenLine}x-amz-target:${target}\n\n${signedNames}\n${hash('sha256', body, 'hex')}`;
    const scope = `${date}/${region}/${service}/aws4_request`;
    const signature = createHmac('sha256', key)
      .update(`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`)
      .digest('hex');
    const headers = [
      'host',
      host,
      'content-type',
      contentType,
      'x-amz-target',
      target,
      'x-amz-date',
      time,
      'authorization',
      `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`,
    ];
    if (sessionToken) headers.push('x-amz-security-token', sessionToken);
    return headers;
  };
}

function signingKey(secretAccessKey: string, date: string, region: string): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secretAccessKey}`);
  for (const part of [date, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest();
  return key;
}

/** Formats a time as `20260131T235959Z`, once per second. */
function makeTimestamp(): (timeMs: number) => string {
  let second = NaN;
  let text = '';
  return (timeMs) => {
    const now = Math.floor(timeMs / 1000);
    if (now !== second) {
      second = now;
      text = `${new Date(now * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    }
    return text;
  };
}

/** Removes empty segments and dots, and encodes each segment again: the rule for all services except S3. */
function canonicalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  if (segments.length === 0) return '/';
  const encoded = segments.map((segment) =>
    encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
  );
  return `/${encoded.join('/')}${path.endsWith('/') ? '/' : ''}`;
}
