import { describe, expect, it } from 'vitest';
import { settingsName } from '../../../../../src/pipeline/bucket/keys.ts';
import { s3Bucket } from '../../../../../src/pipeline/bucket/s3-bucket.ts';
import {
  settingsMetadata,
  settingsSha256,
  settle,
} from '../../../../../src/pipeline/jobs/settings/resolve-settings.ts';
import type { JobSettings } from '../../../../../src/pipeline/state/job.ts';
import type { ObjectVersion } from '../../../../../src/pipeline/state/identity.ts';
import { refuseAsS3, s3At, serveByHand, type Asked } from '../by-hand.ts';

const owner = '123456789012';
const object: ObjectVersion = {
  bucket: 'b',
  key: 'import/a b.csv',
  versionId: null,
  etag: '"1"',
  lastModifiedMs: Date.UTC(2026, 10, 20, 10),
  sizeBytes: 7,
};

interface Place {
  /** What the object's metadata names. */
  readonly named?: string;
  /** Settings that lie in the bucket, by key. */
  readonly stored?: Readonly<Record<string, string>>;
  /** Status and code that the HEAD of the object is refused with. */
  readonly refused?: readonly [number, string];
}

/** What an object is loaded with, and what was asked for it. */
async function settled(
  { named, stored = {}, refused }: Place,
  version: Partial<ObjectVersion> = {},
): Promise<{ settings: Promise<JobSettings>; asked: readonly Asked[] }> {
  const { endpoint, asked } = await serveByHand((one, response) => {
    const { request } = one;
    if (request.method === 'HEAD') {
      if (refused !== undefined) {
        refuseAsS3(one, response, ...refused);
        return;
      }
      response.writeHead(200, {
        etag: '"1"',
        ...(named !== undefined && { [`x-amz-meta-${settingsMetadata}`]: named }),
      });
      response.end();
      return;
    }
    const body = stored[new URL(request.url ?? '', 'http://s3').pathname.replace('/b/', '')];
    if (body === undefined) {
      refuseAsS3(one, response, 404, 'NoSuchKey');
      return;
    }
    response.writeHead(200, { etag: '"2"', 'last-modified': 'Fri, 20 Nov 2026 10:00:00 GMT' }).end(body);
  });
  const client = s3At(endpoint);
  const bucket = s3Bucket({ client, name: 'b', owner });
  const settings = settle({ ...object, ...version }, { client, bucket, owner, table: 'people' });
  await settings.catch(() => undefined);
  client.destroy();
  return { settings, asked };
}

const body = '{"delimiter":";","parallel":4}';
const sha256 = settingsSha256(body);
const other = '{"delimiter":"|"}';

describe('an object', () => {
  it.each([
    ['those that its metadata names', { named: sha256, stored: { [settingsName(sha256)]: body } }, ';', 4],
    ['the default', { stored: { 'state/settings/default': other } }, '|', 1],
    [
      'those that it names, though there is a default',
      { named: sha256, stored: { [settingsName(sha256)]: body, 'state/settings/default': other } },
      ';',
      4,
    ],
    ['none at all', {}, undefined, 1],
  ])('is loaded with %s, into the table of the pipeline', async (_, place, delimiter, parallel) => {
    const { settings } = await settled(place);
    const options = delimiter === undefined ? {} : { delimiter };
    expect(await settings).toMatchObject({ settings: { table: 'people', options }, parallel });
  });

  it.each([
    ['that are not there', sha256, {}, `there are none of the name ${sha256}, which the object gives`],
    ['that are not there, though there is a default', sha256, { 'state/settings/default': other }, 'there are none'],
    ['that were changed', sha256, { [settingsName(sha256)]: other }, 'they are not what they were'],
    ['that were cut', sha256, { [settingsName(sha256)]: body.slice(1) }, 'they are not what they were'],
    ['by no hash', '../default', {}, "the object's metadata names them as '../default'"],
    ['by nothing', '', {}, "the object's metadata names them as ''"],
    ['in capitals', sha256.toUpperCase(), {}, `the object's metadata names them as '${sha256.toUpperCase()}'`],
  ])('is not loaded with settings %s', async (_, named, stored, said) => {
    const { settings } = await settled({ named, stored });
    await expect(settings).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining(said) as string,
    });
  });

  it.each([
    ['no JSON', 'delimiter: ;', 'they are no JSON'],
    ['cut JSON', '{"delimiter"', 'they are no JSON'],
    ['nothing', '', 'they are no JSON'],
    ['a list', '[]', 'they are no map'],
    ['null', 'null', 'they are no map'],
    ['an option of the pipeline', '{"table":"other"}', 'table is no option that a file brings with it'],
  ])('is not loaded with settings that are %s', async (_, text, said) => {
    const name = settingsSha256(text);
    for (const place of [
      { named: name, stored: { [settingsName(name)]: text } },
      { stored: { 'state/settings/default': text } },
    ]) {
      const { settings } = await settled(place);
      await expect(settings).rejects.toMatchObject({
        code: 'SETTINGS_INVALID',
        message: expect.stringContaining(said) as string,
      });
    }
  });

  it.each([
    ['its id where there are versions', { versionId: 'v+1' }, undefined, 'v+1'],
    ['its ETag where there are none', {}, '"1"', null],
  ])('is looked at in the version of the job: by %s', async (_, version, etag, versionId) => {
    const { settings, asked } = await settled({}, version);
    await settings;
    const [head, ...others] = asked.map(({ request }) => request);
    const url = new URL(head?.url ?? '', 'http://s3');
    expect(head?.method).toBe('HEAD');
    expect(decodeURIComponent(url.pathname)).toBe('/b/import/a b.csv');
    expect(head?.headers['if-match']).toBe(etag);
    expect(url.searchParams.get('versionId')).toBe(versionId);
    for (const one of [head, ...others]) expect(one?.headers['x-amz-expected-bucket-owner']).toBe(owner);
  });

  it.each([
    ['is gone', [404, 'NoSuchKey'], 'SOURCE_UNREADABLE', /the object does not exist/],
    ['was replaced', [412, 'PreconditionFailed'], 'SOURCE_CHANGED', /another version is there now/],
    [
      'is not to be seen',
      [403, 'AccessDenied'],
      'ACCESS_DENIED',
      /s3:GetObject on s3:\/\/b\/import\/a b.csv is not allowed$/,
    ],
    ['has no answer', [503, 'SlowDown'], 'RETRIES_EXHAUSTED', /s3:GetObject on s3:\/\/b\/import\/a b.csv failed/],
  ] as const)('that %s has none', async (_, refused, code, message) => {
    const { settings } = await settled({ refused });
    await expect(settings).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    if (code === 'ACCESS_DENIED') {
      const hint = expect.stringContaining(`must belong to account ${owner} (--bucket-owner)`) as string;
      await expect(settings).rejects.toMatchObject({ hint });
    }
  });
});
