import { createHash, createHmac, randomBytes } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../../../src/aws/credentials.ts';
import { makeSigner } from '../../../../src/load/wire/sign.ts';

/** The hash class for the SDK's signer. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', asBytes(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(asBytes(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    throw new Error('not used');
  }
}

function asBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

async function signedBySdk(
  shape: { host: string; path: string; region: string; action: string },
  body: Buffer,
  credentials: Credentials,
  timeMs: number,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({
    service: 'dynamodb',
    region: shape.region,
    sha256: Sha256,
    applyChecksum: false,
    credentials: {
      accessKeyId: credentials.accessKeyId,
      secretAccessKey: credentials.secretAccessKey,
      ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken }),
    },
  });
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: shape.host,
      path: shape.path,
      query: {},
      headers: {
        host: shape.host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${shape.action}`,
      },
      body,
    },
    { signingDate: new Date(timeMs) },
  );
  return headers;
}

function asRecord(list: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i < list.length; i += 2) record[list[i] ?? ''] = list[i + 1] ?? '';
  return record;
}

const pick = <T>(choices: readonly [T, ...T[]]): T => choices[Math.floor(Math.random() * choices.length)] ?? choices[0];

const paths = [
  '/',
  '/base/',
  '/a/b/c/',
  '/with%20blank/',
  "/it's(a)*path!/",
  '/~x/%C3%A9/',
  '/a//b/./c/../d/',
] as const;

describe('the signer', () => {
  it.each(paths)('signs requests to %s as the SDK does', async (path) => {
    const shape = {
      host: pick(['dynamodb.eu-west-3.amazonaws.com', 'localhost:8000', '[::1]:4567']),
      path,
      region: 'eu-west-3',
      action: pick(['BatchWriteItem', 'DescribeTable'] as const),
    };
    const sign = makeSigner(shape);
    for (let i = 0; i < 60; i++) {
      const body = randomBytes(Math.floor(Math.random() * 3000));
      const credentials = {
        accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
        secretAccessKey: randomBytes(30).toString('base64'),
        sessionToken: pick([undefined, randomBytes(300).toString('base64')]),
      };
      const timeMs = Date.UTC(2026, Math.floor(Math.random() * 12), 1) + Math.floor(Math.random() * 31 * 86_400_000);
      expect(asRecord(sign(body, credentials, timeMs))).toEqual(await signedBySdk(shape, body, credentials, timeMs));
    }
  });

  it('signs again when the day, the second or the secret changes', async () => {
    const shape = { host: 'localhost:8000', path: '/', region: 'us-east-1', action: 'BatchWriteItem' } as const;
    const sign = makeSigner(shape);
    const body = Buffer.from('{}');
    const midnight = Date.UTC(2026, 11, 31, 24);
    for (const timeMs of [midnight - 2000, midnight - 1, midnight, midnight + 1500, midnight - 1]) {
      for (const secretAccessKey of ['one', 'two', 'one']) {
        const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey };
        expect(asRecord(sign(body, credentials, timeMs))).toEqual(await signedBySdk(shape, body, credentials, timeMs));
      }
    }
  });
});
