import { expect, test } from 'vitest';
import { jobSettingsFrom } from '../../../../src/pipeline/jobs/settings/load-options.ts';
import { settingsMetadata } from '../../../../src/pipeline/jobs/settings/resolve-settings.ts';
import {
  contentMetadata,
  isUnchanged,
  type Loaded,
  type Local,
  type Pipeline,
} from '../../../../src/pipeline/upload/unchanged.ts';
import { job, object } from './jobs.ts';

const local: Local = { content: 'c0ffee', sizeBytes: 1_000, settings: undefined };
const pipeline: Pipeline = { table: 'people', defaults: undefined };
const plain = jobSettingsFrom({}, 'people');
const loaded: Loaded = {
  object: { version: object, metadata: { [contentMetadata]: 'c0ffee' } },
  job: job(plain, { isPublished: true }),
  summary: { exitStatus: 0 },
};
const brought = {
  ...loaded,
  object: { version: object, metadata: { [contentMetadata]: 'c0ffee', [settingsMetadata]: 'ab' } },
};
const defaults = '{"types":{"age":"N"},"parallel":2}';
const byDefaults = { ...loaded, job: job(jobSettingsFrom(JSON.parse(defaults), 'people')) };

test.each<[string, Loaded, Local, Pipeline, boolean]>([
  ['the same', loaded, local, pipeline, true],
  ['the same, with rejects', { ...loaded, summary: { exitStatus: 1 } }, local, pipeline, false],
  ['other content', loaded, { ...local, content: 'decaf' }, pipeline, false],
  ['other content of the same hash', loaded, { ...local, sizeBytes: 999 }, pipeline, false],
  ['content that nobody hashed', { ...loaded, object: { version: object, metadata: {} } }, local, pipeline, false],
  ['another table', loaded, local, { ...pipeline, table: 'pets' }, false],
  ['settings that it did not bring', loaded, { ...local, settings: 'ab' }, pipeline, false],
  ['none of the settings that it brought', brought, local, pipeline, false],
  ['the settings that it brought', brought, { ...local, settings: 'ab' }, { ...pipeline, defaults }, true],
  ['the defaults that hold', byDefaults, local, { ...pipeline, defaults }, true],
  ['no defaults any more', byDefaults, local, pipeline, false],
  ['defaults that are new', loaded, local, { ...pipeline, defaults }, false],
  ['as many ranges as before, not now', byDefaults, local, { ...pipeline, defaults: '{"types":{"age":"N"}}' }, false],
  ['defaults that cannot be read', loaded, local, { ...pipeline, defaults: '{' }, false],
  ['defaults that cannot be used', loaded, local, { ...pipeline, defaults: '{"delimiter":""}' }, false],
])('%s', (_, before, now, where, same) => {
  expect(isUnchanged(before, now, where)).toBe(same);
});
