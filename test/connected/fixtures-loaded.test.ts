import { Buffer } from 'node:buffer';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connectAndLoad } from '../../src/load/connect.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveDirect } from '../../src/options/resolve.ts';
import type { Settings } from '../../src/load/settings.ts';
import type { Summary } from '../../src/load/summary.ts';
import { dummyCredentials } from '../helpers/emulators/emulator.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { fixturePath, fixtures, unpackedBytes, type Fixture } from '../helpers/fixtures/fixtures.ts';
import { type Item, formatKey } from '../helpers/compare/keys.ts';
import { type ReadResult, readFixture } from '../helpers/fixtures/read-fixture.ts';
import type { RejectReason } from '../helpers/pipeline/read-state.ts';
import { tempDir } from '../helpers/temp.ts';
import { describeDifferences, scanAll } from '../helpers/compare/tables.ts';
import { processContext, makeRawOptions, type Texts } from '../unit/options/given.ts';

const emulator = withDynalite();
beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', dummyCredentials.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', dummyCredentials.secretAccessKey);
});
afterAll(() => {
  vi.unstubAllEnvs();
});

const folder = tempDir();
let tables = 0;

/** Returns settings with a new table, whose key is the first column, and a new folder for the output files. */
function settingsOf(path: string, texts: Texts): Settings {
  const table = `fixture-${++tables}`;
  const cwd = tempDir();
  const output = { rejects: join(cwd, 'rejects.csv'), checkpoint: join(cwd, 'checkpoint') };
  const aws = { region: 'us-east-1', endpointUrl: emulator.endpoint };
  return resolveDirect(
    parseOptions(makeRawOptions({ table, createTable: 'true', ...aws, ...output, ...texts }), [path]),
    processContext,
  );
}

function load(settings: Settings): Promise<Summary> {
  const ignore = (): void => undefined;
  return connectAndLoad(settings, {
    stdin: process.stdin,
    env: process.env,
    stop: new AbortController().signal,
    report: { phase: ignore, begin: ignore, say: ignore },
  });
}

/** Returns the items that sequential writes would leave: the last one per key. */
function lastOfEachKey({ items, names }: ReadResult): Item[] {
  return [...new Map(items.map((item) => [formatKey(item, names.slice(0, 1)), item])).values()];
}

/** Returns the raw header of the source followed by the raw bytes of its rejected records. */
function rejectBytes({ rejects, records, rawHeader }: ReadResult): Buffer {
  const rejected = new Set(rejects.map(({ record }) => record));
  const raws = records.filter(({ number }) => rejected.has(number)).map(({ raw }) => raw);
  return Buffer.from(rawHeader + raws.join(''), 'latin1');
}

/** Options that do not apply to a reject file: it is not compressed, and skipped records are not in it. */
const sourceOnlyOptions: ReadonlySet<string> = new Set(['skipLines', 'skipRecords', 'maxRecords', 'compression']);

function optionsForRejects(options: Texts): Texts {
  return Object.fromEntries(Object.entries(options).filter(([key]) => !sourceOnlyOptions.has(key)));
}

describe('a fixture loads, and its rejects are its raw bytes and are rejected again for the same reason', () => {
  it.for(fixtures.map((fixture) => [fixture.name, fixture] as const))('%s', async ([, fixture]) => {
    const { options = {}, rejects = [], error } = fixture;
    const path = fixturePath(fixture, folder);
    const bytes = unpackedBytes(path);
    const settings = settingsOf(path, options);
    const found = await readFixture([bytes], settings);
    const summary = await load(settings);

    const status = error !== undefined ? 3 : rejects.length > 0 ? 1 : 0;
    const { maxRecords = Infinity, skipRecords } = settings.source;
    expect(summary.error?.code).toBe(error?.code);
    if (error !== undefined) {
      const place = {
        ...(error.line && { line: error.line }),
        ...(error.record !== undefined && { record: error.record }),
      };
      expect(summary.error?.place).toEqual({ source: path, ...place });
    }
    expect(summary).toMatchObject({
      exitStatus: status,
      read: found.items.length + rejects.length,
      rejected: rejects.length,
    });
    expect(summary.written + summary.superseded).toBe(found.items.length);
    if (error?.code === 'HEADER_INVALID') return;

    if (error === undefined && maxRecords + skipRecords > found.records.length) {
      expect(summary.bytes).toBe(bytes.length);
    }
    const key = found.names.slice(0, 1);
    expect(describeDifferences(lastOfEachKey(found), await scanAll(emulator.client, settings.table), key)).toEqual([]);
    await assertRejects(fixture, path, settings, found, summary);
  });
});

async function assertRejects(
  fixture: Fixture,
  path: string,
  settings: Settings,
  found: ReadResult,
  summary: Summary,
): Promise<void> {
  const { rejects = [], options = {} } = fixture;
  const file = settings.report.rejects ?? '';
  if (rejects.length === 0) {
    expect(summary.rejectsFile).toBeNull();
    expect(existsSync(file)).toBe(false);
    return;
  }
  expect(summary.rejectsFile).toBe(file);
  const bytes = readFileSync(file);
  expect(bytes).toEqual(rejectBytes(found));
  const reasons = reasonsOf(file);
  const offsets = new Map(found.records.map(({ number, offset }) => [number, offset]));
  expect(
    reasons.map(({ file: name, record, line, offset, code }) => ({ file: name, record, line, offset, code })),
  ).toEqual(rejects.map(({ record, line, code }) => ({ file: path, record, line, offset: offsets.get(record), code })));

  const again = settingsOf(file, optionsForRejects(options));
  expect(await load(again)).toMatchObject({
    exitStatus: 1,
    read: rejects.length,
    written: 0,
    rejected: rejects.length,
  });
  expect(readFileSync(again.report.rejects ?? '')).toEqual(bytes);
  expect(reasonsOf(again.report.rejects ?? '').map(({ code, reason }) => ({ code, reason }))).toEqual(
    reasons.map(({ code, reason }) => ({ code, reason })),
  );
}

function reasonsOf(file: string): RejectReason[] {
  const lines = readFileSync(`${file}.jsonl`, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as RejectReason);
}
