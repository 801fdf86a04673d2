import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { makeSender } from '../aws-call.ts';
import type { Clients } from '../clients.ts';
import { getText, untaggedHandler, type Definition, type ResourceHandler } from '../resource.ts';
import { resolveNotifyTopic, type Location, type Spec } from '../spec.ts';
import { formatDescription } from '../../description.ts';

export function defineDescription(spec: Spec): Definition {
  const { names, settings, facts } = spec;
  const text = formatDescription({
    name: settings.name ?? null,
    table: settings.table,
    queueUrl: facts.queueUrl,
    deadLettersUrl: facts.deadLettersUrl,
    notify: resolveNotifyTopic(spec) ?? null,
    prefix: settings.prefix,
    suffix: settings.suffix ?? null,
    function: settings.hasFunction ? names.function : null,
  });
  return { properties: { text } };
}

export function defineDefaultSettings({ defaultSettings: text }: Spec): Definition | undefined {
  return text === undefined ? undefined : { properties: { text } };
}

/** A JSON object in the bucket: the description of the pipeline, or its default settings. */
export function makeObjectHandler(key: string, { bucket, place }: Location, { s3 }: Clients): ResourceHandler {
  const send = makeSender(s3, `s3://${bucket}/${key}`);
  const at = { Bucket: bucket, Key: key, ExpectedBucketOwner: place.account };
  const put: ResourceHandler['create'] = (properties) => {
    const command = new PutObjectCommand({ ...at, Body: getText(properties, 'text'), ContentType: 'application/json' });
    return send('s3:PutObject', command);
  };
  return {
    async read() {
      const found = await send('s3:GetObject', new GetObjectCommand(at), { ignore: ['NoSuchKey', 'NoSuchBucket'] });
      const text = await found?.Body?.transformToString();
      return text === undefined ? undefined : { ownership: 'made', properties: { text } };
    },
    create: put,
    change: put,
    ...untaggedHandler,
    delete: () => send('s3:DeleteObject', new DeleteObjectCommand(at), { ignore: ['NoSuchBucket'] }),
  };
}
