import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { askAbout } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { textIn, unmarked, type Resource } from '../resource.ts';
import { notifyOf, type Location, type Spec } from '../spec.ts';
import { descriptionText } from '../../description.ts';

export function desiredDescription(spec: Spec) {
  const { names, settings, facts } = spec;
  const text = descriptionText({
    name: settings.name ?? null,
    table: settings.table,
    queueUrl: facts.queueUrl,
    deadLettersUrl: facts.deadLettersUrl,
    notify: notifyOf(spec) ?? null,
    prefix: settings.prefix,
    suffix: settings.suffix ?? null,
    function: settings.hasFunction ? names.function : null,
  });
  return { properties: { text } };
}

export function desiredDefaultSettings({ defaultSettings: text }: Spec) {
  return text === undefined ? undefined : { properties: { text } };
}

/** A small object of the pipeline's own: what it is, or what files are loaded with that bring nothing. */
export function objectResource(key: string, { bucket, place }: Location, { s3 }: Clients): Resource {
  const ask = askAbout(s3, `s3://${bucket}/${key}`);
  const at = { Bucket: bucket, Key: key, ExpectedBucketOwner: place.account };
  const put: Resource['create'] = (properties) => {
    const command = new PutObjectCommand({ ...at, Body: textIn(properties, 'text'), ContentType: 'application/json' });
    return ask('s3:PutObject', command);
  };
  return {
    async read() {
      const found = await ask('s3:GetObject', new GetObjectCommand(at), { absent: ['NoSuchKey', 'NoSuchBucket'] });
      const text = await found?.Body?.transformToString();
      return text === undefined ? undefined : { mark: 'made', properties: { text } };
    },
    create: put,
    change: put,
    ...unmarked,
    delete: () => ask('s3:DeleteObject', new DeleteObjectCommand(at), { absent: ['NoSuchBucket'] }),
  };
}
