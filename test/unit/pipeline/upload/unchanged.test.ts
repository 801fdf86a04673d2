import { expect, test } from 'vitest';
import { parseJobSettings } from '../../../../src/pipeline/jobs/settings/load-options.ts';
import { settingsMetadata } from '../../../../src/pipeline/jobs/settings/resolve-settings.ts';
import {
  contentMetadata,
  isUnchanged,
  type LoadedVersion,
  type LocalFile,
  type PipelineDefaults,
} from '../../../../src/pipeline/upload/unchanged.ts';
import { job, object } from './jobs.ts';

const local: LocalFile = { content: 'c0ffee', sizeBytes: 1_000, settings: undefined };
const pipeline: PipelineDefaults = { table: 'people', defaults: undefined };
const plain = parseJobSettings({}, 'people');
const loaded: LoadedVersion = {
  object: { version: object, metadata: { [contentMetadata]: 'c0ffee' } },
  job: job(plain, { isPublished: true }),
  summary: { exitStatus: 0 },
};
const withSettings = {
  ...loaded,
  object: { version: object, metadata: { [contentMetadata]: 'c0ffee', [settingsMetadata]: 'ab' } },
};
const defaults = '{"types":{"age":"N"},"parallel":2}';
const byDefaults = { ...loaded, job: job(parseJobSettings(JSON.parse(defaults), 'people')) };

test.each<[string, LoadedVersion, LocalFile, PipelineDefaults, boolean]>([
  ['the same file', loaded, local, pipeline, true],
  ['the same file, loaded with rejects', { ...loaded, summary: { exitStatus: 1 } }, local, pipeline, false],
  ['different content', loaded, { ...local, content: 'decaf' }, pipeline, false],
  ['a different size with the same hash', loaded, { ...local, sizeBytes: 999 }, pipeline, false],
  ['an object without a hash', { ...loaded, object: { version: object, metadata: {} } }, local, pipeline, false],
  ['a different table', loaded, local, { ...pipeline, table: 'pets' }, false],
  ['settings of its own that the object did not have', loaded, { ...local, settings: 'ab' }, pipeline, false],
  ['no settings of its own, which the object had', withSettings, local, pipeline, false],
  ['the same settings of its own', withSettings, { ...local, settings: 'ab' }, { ...pipeline, defaults }, true],
  ['the same default settings', byDefaults, local, { ...pipeline, defaults }, true],
  ['default settings that were deleted', byDefaults, local, pipeline, false],
  ['default settings that were added', loaded, local, { ...pipeline, defaults }, false],
  ['a different number of ranges', byDefaults, local, { ...pipeline, defaults: '{"types":{"age":"N"}}' }, false],
  ['default settings that are not JSON', loaded, local, { ...pipeline, defaults: '{' }, false],
  ['default settings that are invalid', loaded, local, { ...pipeline, defaults: '{"delimiter":""}' }, false],
])('decides whether a file is unchanged: %s', (_, previous, current, defaultsNow, isSame) => {
  expect(isUnchanged(previous, current, defaultsNow)).toBe(isSame);
});
