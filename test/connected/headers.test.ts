import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeTable } from '../../src/aws/table/describe.ts';
import { load as runLoad } from '../../src/load/load.ts';
import { openSources } from '../../src/load/source/open.ts';
import { findWireEndpoint } from '../../src/load/wire/endpoint.ts';
import { openWireClient } from '../../src/load/wire/http-client.ts';
import { parseOptions } from '../../src/options/parse.ts';
import { resolveDirect } from '../../src/options/resolve.ts';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { tempDir } from '../helpers/temp.ts';
import { makeRawOptions, processContext, type Texts } from '../unit/options/given.ts';

const emulator = withDynalite();

/** Files need neither standard input nor clients. */
const unused = { stdin: fail, s3: fail, dispatcher: fail };

function fail(): never {
  throw new Error('only files are read');
}

type Files = Readonly<Record<string, string>>;

/** Creates a folder with these files, and a table with the key `id`. */
async function createFolder(files: Files) {
  const cwd = tempDir();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(cwd, name), content);
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  /** Loads files of the folder. Returns the summary and the messages. */
  const load = async (names: readonly string[], options: Texts = {}) => {
    const rejects = join(cwd, names.length > 1 ? 'rejected/' : 'rejects');
    const given = makeRawOptions({ table, rejects, ...options });
    const settings = resolveDirect(
      parseOptions(
        given,
        names.map((name) => join(cwd, name)),
      ),
      processContext,
    );
    const said: string[] = [];
    const stop = new AbortController().signal;
    const wire = openWireClient({ ...(await findWireEndpoint(emulator.client, table)), connections: 4 });
    const summary = await runLoad(
      { ...settings, report: { ...settings.report, checkpoint: join(cwd, 'checkpoint') } },
      {
        sources: await openSources(settings.sources, { stop, compression: 'auto', ...unused }),
        openTable: () => describeTable(emulator.client, table),
        openClient: () => Promise.resolve(wire),
        stop,
        begin: () => undefined,
        say: (text) => said.push(text),
      },
    );
    await wire.close();
    return { ...summary, said };
  };
  const ids = async () => (await scanAll(emulator.client, table)).map(({ id }) => id?.S ?? '').sort();
  const read = (name: string) => readFileSync(join(cwd, name), 'utf8');
  return { cwd, load, ids, read };
}

describe('--columns', () => {
  it('loads no record if the first line may be a record, and names both remedies', async () => {
    const { load, ids } = await createFolder({ 'a.csv': '1,Ada\n2,Alan\n3,Grace\n' });
    const columns = 'id,name';
    const refused = await load(['a.csv'], { columns });
    expect(refused).toMatchObject({ exitStatus: 3, read: 0, error: { code: 'HEADER_INVALID' } });
    expect(refused.error?.hint).toBe(
      'Use --no-header if this line is a record, or --skip-lines 1 --no-header if it is a header to replace.',
    );
    expect(await ids()).toEqual([]);
    expect(await load(['a.csv'], { columns, noHeader: 'true' })).toMatchObject({ exitStatus: 0, read: 3, headers: [] });
    expect(await ids()).toEqual(['1', '2', '3']);
  });

  it('loads no record if only a later source has no header', async () => {
    const { load, ids } = await createFolder({ 'a.csv': 'ID,Name\n1,Ada\n', 'b.csv': '2,Alan\n3,Grace\n' });
    const refused = await load(['a.csv', 'b.csv'], { columns: 'id,name' });
    expect(refused).toMatchObject({ exitStatus: 3, error: { place: { line: 1 } } });
    expect(refused.error?.place?.source).toMatch(/b\.csv$/);
    expect(await ids()).toEqual([]);
  });

  it('replaces a header of several lines that --skip-lines skips', async () => {
    const { load, ids } = await createFolder({ 'a.csv': '\n"Device\nID",Model\n1,Ada\n' });
    const refused = await load(['a.csv'], { columns: 'id,name' });
    expect(refused.error?.hint).toContain('--skip-lines 3 --no-header');
    const loaded = await load(['a.csv'], { columns: 'id,name', skipLines: '3', noHeader: 'true' });
    expect(loaded).toMatchObject({ exitStatus: 0, read: 1 });
    expect(await ids()).toEqual(['1']);
  });
});

describe('--skip-lines', () => {
  const titled = 'Account "7\n\n"Balance, 2026\nid,n\n1,1\n2,x\n';

  it('skips titles before the header, which are not in the reject file', async () => {
    const { load, ids, read } = await createFolder({ 'a.csv': titled });
    const summary = await load(['a.csv'], { skipLines: '3', types: 'n:N' });
    expect(summary).toMatchObject({ exitStatus: 1, read: 2, rejected: 1, bytes: titled.length });
    expect(summary.headers).toMatchObject([{ line: 4, text: 'id,n' }]);
    expect(await ids()).toEqual(['1']);
    expect(read('rejects')).toBe('id,n\n2,x\n');
    expect(JSON.parse(read('rejects.jsonl'))).toMatchObject({ line: 6, record: 2 });
  });

  it('applies to each source', async () => {
    const { load, ids } = await createFolder({ 'a.csv': 'Title\nid\n1\n', 'b.csv': '"\nid\n2\n' });
    const summary = await load(['a.csv', 'b.csv'], { skipLines: '1' });
    expect(summary).toMatchObject({ exitStatus: 0, read: 2, headers: [{ line: 2 }, { line: 2 }] });
    expect(await ids()).toEqual(['1', '2']);
  });

  it('is an error if no header follows', async () => {
    const { load } = await createFolder({ 'a.csv': 'a\nb\n' });
    const { error } = await load(['a.csv'], { skipLines: '2' });
    expect(error?.message).toBe('the header is missing: no record follows the first 2 lines');
  });

  it('applies once if a load is resumed', async () => {
    const { load, ids } = await createFolder({ 'a.csv': titled, 'b.csv': titled.replaceAll(/^[12],/gm, '3$&') });
    const options = { skipLines: '3', types: 'n:N', maxErrors: '0' };
    const stopped = await load(['a.csv', 'b.csv'], options);
    expect(stopped).toMatchObject({ exitStatus: 2, read: 2 });
    const resumed = await load(['a.csv', 'b.csv'], { ...options, resume: 'true', maxErrors: '9' });
    expect(resumed).toMatchObject({ exitStatus: 1, read: 4, rejected: 2, headers: [{ line: 4 }, { line: 4 }] });
    expect(await ids()).toEqual(['1', '31']);
  });
});

describe('--skip-records', () => {
  const hidden = 'id,name,"\n1,Ada,"x"\n2,Alan,y\n';
  const columns = 'id,name,note';

  it('loads nothing if a skipped record is faulty, because it may hide others', async () => {
    const { load, ids } = await createFolder({ 'a.csv': hidden });
    const summary = await load(['a.csv'], { noHeader: 'true', columns, skipRecords: '1' });
    expect(summary).toMatchObject({ exitStatus: 3, read: 0 });
    expect(summary.error).toMatchObject({ code: 'SKIPPED_RECORD_INVALID', place: { line: 1, record: 1 } });
    expect(await ids()).toEqual([]);
  });

  it('loads nothing if a record is faulty that is skipped in a later source', async () => {
    const { load, ids } = await createFolder({ 'a.csv': 'x,y,z\n3,Grace,z\n', 'b.csv': hidden });
    const summary = await load(['a.csv', 'b.csv'], { noHeader: 'true', columns, skipRecords: '1' });
    expect(summary).toMatchObject({ exitStatus: 3, read: 0, error: { code: 'SKIPPED_RECORD_INVALID' } });
    expect(summary.error?.place?.source).toMatch(/b\.csv$/);
    expect(await ids()).toEqual([]);
  });

  it('warns once about skipped records of several lines', async () => {
    const { load, ids } = await createFolder({ 'a.csv': 'id,note\n1,x\n2,"a\nb"\n3,"c\r\nd"\n4,y' });
    const summary = await load(['a.csv'], { skipRecords: '3' });
    expect(summary).toMatchObject({ exitStatus: 0, read: 1 });
    expect(summary.said).toEqual([
      expect.stringMatching(/^warning: --skip-records skips a record of several lines: .*a\.csv, line 3$/),
    ]);
    expect(await ids()).toEqual(['4']);
  });
});

describe('--ragged', () => {
  const ragged = 'id,n\n1\n2,2\n3,3,3\n4\n5,x,x\n6,6\n';

  it('truncate counts the records that it filled or cut, if they became items', async () => {
    const { load } = await createFolder({ 'a.csv': ragged });
    const summary = await load(['a.csv'], { ragged: 'truncate', types: 'n:N' });
    expect(summary).toMatchObject({ read: 6, written: 5, rejected: 1, padded: 2, truncated: 1 });
  });

  it('pad counts the records of all runs of a resumed load', async () => {
    const { load } = await createFolder({ 'a.csv': ragged });
    const stopped = await load(['a.csv'], { ragged: 'pad', maxErrors: '0' });
    expect(stopped).toMatchObject({ exitStatus: 2, read: 3, padded: 1, truncated: 0 });
    const resumed = await load(['a.csv'], { ragged: 'pad', maxErrors: '9', resume: 'true' });
    expect(resumed).toMatchObject({ exitStatus: 1, read: 6, rejected: 2, padded: 2, truncated: 0 });
  });
});

describe('a header that does not fit the records', () => {
  const records = Array.from({ length: 300 }, (_, n) => `${n},a,b\n`).join('');
  const bytes = { 'a.csv': `id\n${records}` };

  it('stops the load after 100 records', async () => {
    const { load } = await createFolder(bytes);
    expect(await load(['a.csv'])).toMatchObject({
      exitStatus: 2,
      read: 100,
      rejected: 100,
      error: { message: 'the first 100 records cannot be loaded: the header has 1 field, all records have 3' },
    });
  });

  it('does not stop the load before --max-errors if that is given', async () => {
    const { load } = await createFolder(bytes);
    expect(await load(['a.csv'], { maxErrors: '299' })).toMatchObject({ exitStatus: 2, read: 300, rejected: 300 });
  });

  it('does not stop the load after an accepted record', async () => {
    const { load } = await createFolder({ 'a.csv': `id\nx\n${records}` });
    expect(await load(['a.csv'])).toMatchObject({ exitStatus: 1, read: 301, rejected: 300 });
  });
});

describe('--unnamed and --same-name', () => {
  const file = { 'a.csv': 'id,,x,x\n1,,2,3\n4,text,5,6\n7,"",8,9\n' };
  const sameName = 'rename';

  it('drop rejects a record with text in a column that is left out, and its reject file loads again', async () => {
    const { cwd, load, ids, read } = await createFolder(file);
    const summary = await load(['a.csv'], { unnamed: 'drop', sameName, select: 'id,x_2', types: 'x_2:N' });
    expect(summary).toMatchObject({ exitStatus: 1, read: 3, rejected: 1 });
    expect(await ids()).toEqual(['1', '7']);
    expect(read('rejects')).toBe('id,,x,x\n4,text,5,6\n');
    expect(JSON.parse(read('rejects.jsonl'))).toMatchObject({
      code: 'UNNAMED_FIELD',
      reason: 'column 2 has no name, but the record has "text" in it: name the column with --unnamed name',
    });
    const options = { unnamed: 'name', sameName, rejects: join(cwd, 'again'), types: 'column_2:S' };
    expect(await load(['rejects'], options)).toMatchObject({ exitStatus: 0, written: 1 });
    expect(await ids()).toEqual(['1', '4', '7']);
  });

  it('leave out the columns of all sources', async () => {
    const { load } = await createFolder({ ...file, 'b.csv': ',id\n,8\n' });
    const summary = await load(['a.csv', 'b.csv'], { unnamed: 'drop', sameName });
    expect(summary).toMatchObject({ read: 4, written: 3, rejected: 1 });
  });
});

describe('joined files', () => {
  it('have a warning if the header repeats', async () => {
    const { load } = await createFolder({ 'a.csv': 'id,n\n1,2\nid,n\n3,4\nid,n\n' });
    const summary = await load(['a.csv']);
    expect(summary).toMatchObject({ exitStatus: 0, read: 4 });
    expect(summary.said).toEqual([
      expect.stringMatching(/^warning: the header repeats and is loaded as a record: .*a\.csv, line 3$/),
    ]);
  });

  it('have a record rejected that starts with a byte-order mark', async () => {
    const joined = '\ufeffid,n\n1,2\n\ufeffid,n\n"\ufeff3",4\n';
    const { load, ids, read } = await createFolder({ 'a.csv': joined });
    expect(await load(['a.csv'])).toMatchObject({ exitStatus: 1, read: 3, rejected: 1 });
    expect(await ids()).toEqual(['1', '\ufeff3']);
    expect(read('rejects')).toBe('\ufeffid,n\n\ufeffid,n\n');
    expect(JSON.parse(read('rejects.jsonl'))).toMatchObject({ code: 'BYTE_ORDER_MARK', line: 3 });
  });
});
