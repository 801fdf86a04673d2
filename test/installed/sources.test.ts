import { Buffer } from 'node:buffer';
import { existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { run, start, summaryOf, tempDir } from '../helpers/run/run.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';

const emulator = withDynalite();

type Files = Readonly<Record<string, string | Buffer>>;

/** Creates a folder with these files, and a table with the key `id`. */
async function createFolder(files: Files) {
  const cwd = tempDir();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const load = (...args: string[]) =>
    run(['direct', ...args, '--table', table, '--endpoint-url', emulator.endpoint, '--json'], { cwd });
  /** Reads the items of the table by key, each as attribute names and untyped values. */
  const items = async () => {
    const found = await scanAll(emulator.client, table);
    return Object.fromEntries(
      found.map(({ id, ...rest }) => [
        id?.S ?? '',
        Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, Object.values(value)[0] as unknown])),
      ]),
    );
  };
  return { cwd, table, load, items };
}

describe('several sources', () => {
  it('each have their own header, and a column missing from one is blank there', async () => {
    const { load, items } = await createFolder({
      'a.csv': 'id,name\n1,Ann\n',
      'b.csv': 'age,id\n7,2\n',
      'c.csv': 'id\n3\n',
    });
    const result = await load('a.csv', 'b.csv', 'c.csv', '--empty', 'null', '--types', 'age:N', '--drop', 'nothing');
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('the header does not have these columns: --drop "nothing"');
    const again = await load('a.csv', 'b.csv', 'c.csv', '--empty', 'null', '--types', 'age:N');
    expect(again.status, again.stderr).toBe(0);
    expect(summaryOf(again)).toMatchObject({ read: 3, written: 3, sources: ['a.csv', 'b.csv', 'c.csv'] });
    expect(await items()).toEqual({
      1: { name: 'Ann', age: true },
      2: { name: true, age: '7' },
      3: { name: true, age: true },
    });
  });

  it('omit the attribute of a missing column if empty fields are omitted', async () => {
    const { load, items } = await createFolder({ 'a.csv': 'id,name\n1,Ann\n', 'b.csv': 'id,age\n2,7\n' });
    expect((await load('a.csv', 'b.csv')).status).toBe(0);
    expect(await items()).toEqual({ 1: { name: 'Ann' }, 2: { age: '7' } });
  });

  it('end the run before the first write if --columns does not fit the header of any source', async () => {
    const { load, items } = await createFolder({ 'a.csv': 'id,y\n1,Ann\n', 'b.csv': 'id\n2\n' });
    const result = await load('a.csv', 'b.csv', '--columns', 'id,name');
    expect(result.status).toBe(3);
    expect(summaryOf(result).error).toMatchObject({ code: 'HEADER_INVALID', place: { source: 'b.csv' } });
    expect(await items()).toEqual({});
  });

  it('end the run before the first write if one lacks a key column, and it is named', async () => {
    const { load, items } = await createFolder({ 'a.csv': 'id,name\n1,Ann\n', 'b.csv': 'name,key\nBob,2\n' });
    const result = await load('a.csv', 'b.csv');
    expect(result.status).toBe(3);
    expect(summaryOf(result).error).toMatchObject({ code: 'KEY_COLUMN_MISSING', place: { source: 'b.csv' } });
    expect(await items()).toEqual({});
  });

  it('from a glob are sorted by bytes, so that the last file wins a key', async () => {
    const { load, items } = await createFolder({
      'part-10.csv': 'id,from\nk,10\n',
      'part-9.csv': 'id,from\nk,9\n',
      'Part-A.csv': 'id,from\nk,A\n',
      'other.txt': 'no CSV',
    });
    const result = await load('*.csv');
    expect(summaryOf(result).sources).toEqual(['Part-A.csv', 'part-10.csv', 'part-9.csv']);
    expect(await items()).toEqual({ k: { from: '9' } });
  });

  it('each have a reject file in their own encoding, dialect and header', async () => {
    const latin = (text: string): Buffer => iconv.encode(text, 'windows-1252');
    const { cwd, load, items } = await createFolder({
      'a.csv': latin('id;ort;n\r\n1;Köln;x\r\n2;Bonn;2\r\n'),
      'b.csv.gz': gzipSync(latin('n;id;straße\r\n9;3;"Am ""Wäldchen"""\r\nnone;4;Löwe\r\n')),
    });
    const dialect = ['--delimiter', ';', '--encoding', 'windows-1252', '--types', 'n:N'];
    const result = await load('a.csv', 'b.csv.gz', ...dialect, '--rejects', 'bad');
    expect(result.status, result.stderr).toBe(1);
    const { rejectsFile } = summaryOf(result);
    expect(rejectsFile).toEqual([join('bad', 'a.csv.rejects'), join('bad', 'b.csv.rejects')]);
    expect(readFileSync(join(cwd, 'bad', 'a.csv.rejects'))).toEqual(latin('id;ort;n\r\n1;Köln;x\r\n'));
    expect(readFileSync(join(cwd, 'bad', 'b.csv.rejects'))).toEqual(latin('n;id;straße\r\nnone;4;Löwe\r\n'));
    expect(await items()).toEqual({ 2: { ort: 'Bonn', n: '2' }, 3: { n: '9', straße: 'Am "Wäldchen"' } });
    // Fixed rejects load with the same options.
    writeFileSync(join(cwd, 'bad', 'a.csv.rejects'), latin('id;ort;n\r\n1;Köln;1\r\n'));
    expect((await load(join('bad', 'a.csv.rejects'), ...dialect)).status).toBe(0);
    expect((await items())['1']).toEqual({ ort: 'Köln', n: '1' });
  });

  it('share --max-records, while --skip-records applies to each', async () => {
    const { load, items } = await createFolder({
      'a.csv': 'id,n\nskipped,1\na1,2\na2,3\n',
      'b.csv': 'id,n\nskipped,4\nb1,5\nb2,6\n',
      'c.csv': 'id,n\nskipped,7\nc1,8\n',
    });
    const result = await load('a.csv', 'b.csv', 'c.csv', '--skip-records', '1', '--max-records', '3');
    expect(result.status, result.stderr).toBe(0);
    expect(summaryOf(result)).toMatchObject({ read: 3, written: 3, checkpoint: null });
    expect(Object.keys(await items()).sort()).toEqual(['a1', 'a2', 'b1']);
  });
});

describe('many small sources', () => {
  const names = Array.from({ length: 300 }, (_, index) => `part-${String(index).padStart(3, '0')}.csv`);

  it('share batches', async () => {
    const { load } = await createFolder(Object.fromEntries(names.map((name, index) => [name, `id\n${index}\n`])));
    const result = await load('part-*.csv');
    expect(result.status, result.stderr).toBe(0);
    const { read, requests } = summaryOf(result);
    expect(read).toBe(300);
    // Twelve full requests would be enough, but a slow machine may send partial ones.
    expect(requests).toBeLessThan(60);
  });
});

describe('a source whose header does not arrive', () => {
  it('does not delay an interrupted run', async () => {
    const { cwd, table } = await createFolder({ 'a.csv': 'id\n1\n' });
    const args = ['direct', 'a.csv', '-', '--table', table, '--endpoint-url', emulator.endpoint, '--verbose'];
    const running = start(args, { cwd, stdin: null });
    while (!running.stderr().includes('reader:')) await sleep(20);
    await sleep(200);
    running.child.kill('SIGINT');
    const { status, stderr } = await running.ended;
    expect(status, stderr).toBe(4);
    expect(existsSync(join(cwd, 'a.csv.checkpoint.lock'))).toBe(false);
  });
});

describe('a source', () => {
  it('without a header gets its column names from --columns', async () => {
    const { load, items } = await createFolder({ 'a.csv': '1,Ann\n2,Bob\n' });
    expect((await load('a.csv', '--no-header', '--columns', 'id,name')).status).toBe(0);
    expect(await items()).toEqual({ 1: { name: 'Ann' }, 2: { name: 'Bob' } });
  });

  it('with a header can be renamed by --columns, which must name every column', async () => {
    const { load, items } = await createFolder({ 'a.csv': 'ID,ID\n1,Ann\n' });
    const few = await load('a.csv', '--columns', 'id');
    expect(few.status).toBe(3);
    expect(few.stderr).toContain('--columns lists 1');
    expect((await load('a.csv', '--columns', 'id,name')).status).toBe(0);
    expect(await items()).toEqual({ 1: { name: 'Ann' } });
  });

  it('that is empty loads 0 records with --no-header and fails without it', async () => {
    const { load } = await createFolder({ 'empty.csv': '' });
    const none = await load('empty.csv', '--no-header', '--columns', 'id');
    expect(none.status, none.stderr).toBe(0);
    expect(summaryOf(none)).toMatchObject({ read: 0, written: 0 });
    const result = await load('empty.csv');
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('HEADER_INVALID');
  });

  it('in UTF-16 is recognized by its byte order mark, and the error suggests --encoding', async () => {
    const { load } = await createFolder({ 'a.csv': Buffer.from('\u{feff}id,name\n1,Ann\n', 'utf16le') });
    const result = await load('a.csv');
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('--encoding utf-16le');
    const read = await load('a.csv', '--encoding', 'utf-16le');
    expect(read.status, read.stderr).toBe(0);
  });
});

describe('a header that seems to be read with wrong options', () => {
  it.each<[string, string | Buffer, readonly string[], string]>([
    ['with a different delimiter', 'id;name\n1;Ann\n', [], "--delimiter ';'"],
    ['after a sep= line from Excel', 'sep=;\nid;name\n1;Ann\n', ['--delimiter', ';'], '--comment sep='],
    ['in a different encoding', Buffer.from('id,gr\xf6\xdfe\n1,2\n', 'latin1'), [], '--encoding'],
    ['in UTF-16', Buffer.from('\u{feff}id,name\n1,Ann\n', 'utf16le'), [], '--encoding utf-16le'],
  ])('is reported with a hint: %s', async (_, content, options, hint) => {
    const { load, items } = await createFolder({ 'a.csv': content });
    const result = await load('a.csv', ...options);
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/hint: .*/);
    expect(summaryOf(result).error?.hint).toContain(hint);
    expect(await items()).toEqual({});
  });

  it('creates no table unless --partition-key is given', async () => {
    const { cwd } = await createFolder({ 'a.csv': 'id;name\n1;Ann\n' });
    const args = ['direct', 'a.csv', '--table', 'people', '--json', '--local=db'];
    const refused = await run(args, { cwd });
    expect(refused.status).toBe(3);
    expect(summaryOf(refused).error).toMatchObject({ code: 'HEADER_INVALID' });
    const named = await run([...args, '--partition-key', 'id;name'], { cwd });
    expect(named.status, named.stderr).toBe(0);
  });
});

describe('a source name of almost maximum length', () => {
  it('is shortened in the name of the reject file', async () => {
    const name = `${'長'.repeat(80)}.csv`;
    const { load } = await createFolder({ [name]: 'id,n\n1,x\n' });
    const result = await load(name, '--types', 'n:N');
    expect(result.status, result.stderr).toBe(1);
    const rejects = String(summaryOf(result).rejectsFile);
    expect(rejects).toMatch(/^長+-[0-9a-f]{8}\.rejects$/);
    expect((await load(rejects, '--types', 'n:N')).status).toBe(1);
  });
});

describe('the printed command for rejects', () => {
  it('overrides conflicting settings of the config file', async () => {
    const { cwd, load } = await createFolder({
      'a.csv': 'id,n\n0,0\n1,x\n2,2\n',
      'c.yaml': 'skip-records: 2\nrejects: bad.csv\ntypes: { n: N }\n',
    });
    const result = await load('a.csv', '--config', 'c.yaml', '--skip-records', '1');
    expect(result.status, result.stderr).toBe(1);
    const printedCommand = /^ {2}csv2ddb (direct bad\.csv .*)$/m.exec(result.stderr)?.[1] ?? '';
    writeFileSync(join(cwd, 'bad.csv'), 'id,n\n1,1\n');
    const again = await run(printedCommand.split(' '), { cwd });
    expect(again.status, again.stderr).toBe(0);
    expect(summaryOf(again)).toMatchObject({ read: 1, written: 1 });
  });
});

describe('a file that the run would overwrite', () => {
  const people = 'id,name\n1,Ann\n';

  it.each(['--summary', '--checkpoint', '--rejects'])('is refused as a source: %s', async (option) => {
    const { cwd, load, items } = await createFolder({ 'a.csv': people });
    const result = await load('a.csv', option, 'a.csv');
    expect(result.status).toBe(64);
    expect(result.stderr).toContain(option);
    expect(readFileSync(join(cwd, 'a.csv'), 'utf8')).toBe(people);
    expect(await items()).toEqual({});
  });

  it.each([
    ['the reject file', ['--rejects', 'r', '--summary', 'r']],
    ['the default reject file', ['--summary', './a.csv.rejects']],
    ['the reasons', ['--rejects', 'r', '--summary', 'r.jsonl']],
    ['the checkpoint', ['--summary', 'a.csv.checkpoint']],
  ])('cannot be the summary too: %s', async (_, options) => {
    const { load, items } = await createFolder({ 'a.csv': people });
    const result = await load('a.csv', ...options);
    expect(result.status).toBe(64);
    expect(result.stderr).toContain('is used for');
    expect(await items()).toEqual({});
  });

  it('is recognized if its name is stdin', async () => {
    const { load } = await createFolder({ stdin: people });
    expect((await load('stdin', '--summary', 'stdin')).status).toBe(64);
  });

  it('is recognized under a hard link', async () => {
    const { cwd, load } = await createFolder({ 'a.csv': people });
    linkSync(join(cwd, 'a.csv'), join(cwd, 'link.json'));
    const result = await load('a.csv', '--summary', 'link.json');
    expect(result.status).toBe(64);
    expect(existsSync(join(cwd, 'a.csv.checkpoint.lock'))).toBe(false);
  });
});

describe('the reader for', () => {
  it.each([
    [['--delimiter', ','], 'byte reader'],
    [['--delimiter', '||'], 'csv-parse'],
    [['--encoding', 'latin1', '--comment', '##'], 'csv-parse, decoding iso-8859-1'],
  ])('%j: %s, as --verbose says', async (options, reader) => {
    const { load } = await createFolder({ 'a.csv': 'id\n1\n' });
    const result = await load('a.csv', '--verbose', ...options);
    expect(result.stderr).toContain(`reader: ${reader}\n`);
  });
});
