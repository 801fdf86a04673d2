import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { textIn, type Part } from '../resource.ts';
import type { Whereabouts } from '../location.ts';

/** A small object of the pipeline's own: what it is, or what files are loaded with that bring nothing. */
export function objectPart(key: string, { bucket, place }: Whereabouts, { s3 }: Pick<Clients, 's3'>): Part {
  const ask = askAbout(`s3://${bucket}/${key}`);
  const at = { Bucket: bucket, Key: key, ExpectedBucketOwner: place.account };
  const put: Part['create'] = async (properties) => {
    const command = new PutObjectCommand({ ...at, Body: textIn(properties, 'text'), ContentType: 'application/json' });
    await ask('s3:PutObject', () => s3.send(command));
  };
  return {
    async read() {
      const found = await ask('s3:GetObject', () => s3.send(new GetObjectCommand(at)), ['NoSuchKey', 'NoSuchBucket']);
      const text = await found?.Body?.transformToString();
      return text === undefined ? undefined : { mark: 'made', properties: { text } };
    },
    create: put,
    change: put,
    adopt: () => Promise.resolve(),
    async remove() {
      await ask('s3:DeleteObject', () => s3.send(new DeleteObjectCommand(at)), ['NoSuchBucket']);
    },
  };
}
