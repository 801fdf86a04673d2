import { describe, expect, it } from 'vitest';
import { settingsKey } from '../../../../../src/pipeline/bucket/keys.ts';
import { openS3Bucket } from '../../../../../src/pipeline/bucket/s3-bucket.ts';
import {
  settingsMetadata,
  hashSettings,
  resolveSettings,
} from '../../../../../src/pipeline/jobs/settings/resolve-settings.ts';
import type { JobSettings } from '../../../../../src/pipeline/state/job.ts';
import type { ObjectVersion } from '../../../../../src/pipeline/state/identity.ts';
import { refuseAsS3, s3At, startStubServer, type Asked } from '../stub-server.ts';

const owner = '123456789012';
const object: ObjectVersion = {
  bucket: 'b',
  key: 'import/a b.csv',
  versionId: null,
  etag: '"1"',
  lastModifiedMs: Date.UTC(2026, 10, 20, 10),
  sizeBytes: 7,
};

interface Stub {
  /** The hash in the object's metadata. */
  readonly named?: string;
  /** Stored settings, by key. */
  readonly stored?: Readonly<Record<string, string>>;
  /** Status and code of the error response to the HEAD. */
  readonly refused?: readonly [number, string];
}

/** Resolves the settings of an object, and records the requests. */
async function resolveWith(
  { named, stored = {}, refused }: Stub,
  version: Partial<ObjectVersion> = {},
): Promise<{ settings: Promise<JobSettings>; asked: readonly Asked[] }> {
  const { endpoint, asked } = await startStubServer((one, response) => {
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
  const bucket = openS3Bucket({ client, name: 'b', owner });
  const settings = resolveSettings({ ...object, ...version }, { client, bucket, owner, table: 'people' });
  await settings.catch(() => undefined);
  client.destroy();
  return { settings, asked };
}

const body = '{"delimiter":";","parallel":4}';
const sha256 = hashSettings(body);
const other = '{"delimiter":"|"}';

describe('an object', () => {
  it.each([
    ['the settings named in its metadata', { named: sha256, stored: { [settingsKey(sha256)]: body } }, ';', 4],
    ['the default settings', { stored: { 'state/settings/default': other } }, '|', 1],
    [
      'the settings named in its metadata even if there is a default',
      { named: sha256, stored: { [settingsKey(sha256)]: body, 'state/settings/default': other } },
      ';',
      4,
    ],
    ['empty settings if there are none', {}, undefined, 1],
  ])('is loaded with %s into the table of the pipeline', async (_, stub, delimiter, parallel) => {
    const { settings } = await resolveWith(stub);
    const options = delimiter === undefined ? {} : { delimiter };
    expect(await settings).toMatchObject({ settings: { table: 'people', options }, parallel });
  });

  it.each([
    ['that do not exist', sha256, {}, `settings ${sha256}, named by the object, do not exist`],
    ['that do not exist even if there is a default', sha256, { 'state/settings/default': other }, 'do not exist'],
    ['that were changed', sha256, { [settingsKey(sha256)]: other }, 'their content was changed after the upload'],
    [
      'that were truncated',
      sha256,
      { [settingsKey(sha256)]: body.slice(1) },
      'their content was changed after the upload',
    ],
    ['named without a hash', '../default', {}, "the object's metadata has '../default' instead of a SHA-256"],
    ['with an empty name', '', {}, "the object's metadata has '' instead of a SHA-256"],
    ['named in capitals', sha256.toUpperCase(), {}, `has '${sha256.toUpperCase()}' instead of a SHA-256`],
  ])('is not loaded with settings %s', async (_, named, stored, problem) => {
    const { settings } = await resolveWith({ named, stored });
    await expect(settings).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      message: expect.stringContaining(problem) as string,
    });
  });

  it.each([
    ['not JSON', 'delimiter: ;', 'they are not valid JSON'],
    ['truncated JSON', '{"delimiter"', 'they are not valid JSON'],
    ['empty', '', 'they are not valid JSON'],
    ['a list', '[]', 'they must be option names and values'],
    ['null', 'null', 'they must be option names and values'],
    ['an option of the pipeline', '{"table":"other"}', 'table cannot be set for a file'],
  ])('is not loaded with settings that are %s', async (_, text, problem) => {
    const name = hashSettings(text);
    for (const stub of [
      { named: name, stored: { [settingsKey(name)]: text } },
      { stored: { 'state/settings/default': text } },
    ]) {
      const { settings } = await resolveWith(stub);
      await expect(settings).rejects.toMatchObject({
        code: 'SETTINGS_INVALID',
        message: expect.stringContaining(problem) as string,
      });
    }
  });

  it.each([
    ['version ID if the bucket keeps versions', { versionId: 'v+1' }, undefined, 'v+1'],
    ['ETag if it does not', {}, '"1"', null],
  ])('is read in the version of the job by its %s', async (_, version, etag, versionId) => {
    const { settings, asked } = await resolveWith({}, version);
    await settings;
    const [head, ...others] = asked.map(({ request }) => request);
    const url = new URL(head?.url ?? '', 'http://s3');
    expect(head?.method).toBe('HEAD');
    expect(decodeURIComponent(url.pathname)).toBe('/b/import/a b.csv');
    expect(head?.headers['if-match']).toBe(etag);
    expect(url.searchParams.get('versionId')).toBe(versionId);
    for (const request of [head, ...others]) expect(request?.headers['x-amz-expected-bucket-owner']).toBe(owner);
  });

  it.each([
    ['does not exist', [404, 'NoSuchKey'], 'SOURCE_UNREADABLE', /the object does not exist/],
    ['was replaced', [412, 'PreconditionFailed'], 'SOURCE_CHANGED', /a newer version exists/],
    [
      'cannot be read without permission',
      [403, 'AccessDenied'],
      'ACCESS_DENIED',
      /s3:GetObject on s3:\/\/b\/import\/a b.csv is not allowed$/,
    ],
    [
      'gets no successful response',
      [503, 'SlowDown'],
      'RETRIES_EXHAUSTED',
      /s3:GetObject on s3:\/\/b\/import\/a b.csv failed/,
    ],
  ] as const)('that %s has no settings', async (_, refused, code, message) => {
    const { settings } = await resolveWith({ refused });
    await expect(settings).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    if (code === 'ACCESS_DENIED') {
      const hint = expect.stringContaining(`must belong to account ${owner} (--bucket-owner)`) as string;
      await expect(settings).rejects.toMatchObject({ hint });
    }
  });
});
