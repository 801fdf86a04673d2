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
