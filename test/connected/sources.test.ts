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

/** A folder with files in it, and a table with the key `id`. */
async function folder(files: Files) {
  const cwd = tempDir();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
  const load = (...args: string[]) =>
    run(['direct', ...args, '--table', table, '--endpoint-url', emulator.endpoint, '--json'], { cwd });
  /** What the table holds, by key: attribute → value without its type. */
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
  it('each one names its columns in its own header; a column that one lacks is blank there', async () => {
    const { load, items } = await folder({
      'a.csv': 'id,name\n1,Ann\n',
      'b.csv': 'age,id\n7,2\n',
      'c.csv': 'id\n3\n',
    });
    const result = await load('a.csv', 'b.csv', 'c.csv', '--empty', 'null', '--types', 'age:N', '--drop', 'nothing');
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('There is no column "nothing" of --drop');
    const again = await load('a.csv', 'b.csv', 'c.csv', '--empty', 'null', '--types', 'age:N');
    expect(again.status, again.stderr).toBe(0);
    expect(summaryOf(again)).toMatchObject({ read: 3, written: 3, sources: ['a.csv', 'b.csv', 'c.csv'] });
    expect(await items()).toEqual({
      1: { name: 'Ann', age: true },
      2: { name: true, age: '7' },
      3: { name: true, age: true },
    });
  });

  it('where empty fields make no attribute, neither do columns that are not there', async () => {
    const { load, items } = await folder({ 'a.csv': 'id,name\n1,Ann\n', 'b.csv': 'id,age\n2,7\n' });
    expect((await load('a.csv', 'b.csv')).status).toBe(0);
    expect(await items()).toEqual({ 1: { name: 'Ann' }, 2: { age: '7' } });
  });

  it('a header that --columns does not fit ends the run before the first write, in a later source too', async () => {
    const { load, items } = await folder({ 'a.csv': 'x,y\n1,Ann\n', 'b.csv': 'x\n2\n' });
    const result = await load('a.csv', 'b.csv', '--columns', 'id,name');
    expect(result.status).toBe(3);
    expect(summaryOf(result).error).toMatchObject({ code: 'HEADER_INVALID', place: { source: 'b.csv' } });
    expect(await items()).toEqual({});
  });

  it('a missing key column ends the run before the first write, and names the source', async () => {
    const { load, items } = await folder({ 'a.csv': 'id,name\n1,Ann\n', 'b.csv': 'name,key\nBob,2\n' });
    const result = await load('a.csv', 'b.csv');
    expect(result.status).toBe(3);
    expect(summaryOf(result).error).toMatchObject({ code: 'KEY_COLUMN_MISSING', place: { source: 'b.csv' } });
    expect(await items()).toEqual({});
  });

  it('a glob is sorted by bytes, so that the last file wins a key', async () => {
    const { load, items } = await folder({
      'part-10.csv': 'id,from\nk,10\n',
      'part-9.csv': 'id,from\nk,9\n',
      'Part-A.csv': 'id,from\nk,A\n',
      'other.txt': 'no CSV',
    });
    const result = await load('*.csv');
    expect(summaryOf(result).sources).toEqual(['Part-A.csv', 'part-10.csv', 'part-9.csv']);
    expect(await items()).toEqual({ k: { from: '9' } });
  });

  it('rejects go to one file for each source, in its own encoding, dialect and header', async () => {
    const latin = (text: string): Buffer => iconv.encode(text, 'windows-1252');
    const { cwd, load, items } = await folder({
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
    // Mended, they are loaded with the same options.
    writeFileSync(join(cwd, 'bad', 'a.csv.rejects'), latin('id;ort;n\r\n1;Köln;1\r\n'));
    expect((await load(join('bad', 'a.csv.rejects'), ...dialect)).status).toBe(0);
    expect((await items())['1']).toEqual({ ort: 'Köln', n: '1' });
  });

  it('--max-records counts the records of all, --skip-records those of each', async () => {
    const { load, items } = await folder({
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

  it('fill batches together', async () => {
    const { load } = await folder(Object.fromEntries(names.map((name, index) => [name, `id\n${index}\n`])));
    const result = await load('part-*.csv');
    expect(result.status, result.stderr).toBe(0);
    const { read, requests } = summaryOf(result);
    expect(read).toBe(300);
    // Twelve full ones would do; a machine that is slow for a moment sends one that is not.
    expect(requests).toBeLessThan(60);
  });
});

describe('a source whose header does not come', () => {
  it('does not keep a run that is to stop', async () => {
    const { cwd, table } = await folder({ 'a.csv': 'id\n1\n' });
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

describe('the columns', () => {
  it('--columns names those of a source without header', async () => {
    const { load, items } = await folder({ 'a.csv': '1,Ann\n2,Bob\n' });
    expect((await load('a.csv', '--no-header', '--columns', 'id,name')).status).toBe(0);
    expect(await items()).toEqual({ 1: { name: 'Ann' }, 2: { name: 'Bob' } });
  });

  it('--columns takes the place of a header, and must name all of its columns', async () => {
    const { load, items } = await folder({ 'a.csv': 'x,x\n1,Ann\n' });
    const few = await load('a.csv', '--columns', 'id');
    expect(few.status).toBe(3);
    expect(few.stderr).toContain('--columns names 1');
    expect((await load('a.csv', '--columns', 'id,name')).status).toBe(0);
    expect(await items()).toEqual({ 1: { name: 'Ann' } });
  });

  it('a source without header and without records is loaded, and one with neither header nor bytes is not', async () => {
    const { load } = await folder({ 'empty.csv': '' });
    const none = await load('empty.csv', '--no-header', '--columns', 'id');
    expect(none.status, none.stderr).toBe(0);
    expect(summaryOf(none)).toMatchObject({ read: 0, written: 0 });
    const result = await load('empty.csv');
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('HEADER_INVALID');
  });

  it('a source in UTF-16 is told by its mark where UTF-8 is expected', async () => {
    const { load } = await folder({ 'a.csv': Buffer.from('\u{feff}id,name\n1,Ann\n', 'utf16le') });
    const result = await load('a.csv');
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('--encoding utf-16le');
    const read = await load('a.csv', '--encoding', 'utf-16le');
    expect(read.status, read.stderr).toBe(0);
  });
});

describe('a header that looks as if it were read the wrong way', () => {
  it.each<[string, string | Buffer, readonly string[], string]>([
    ['divided by another character', 'id;name\n1;Ann\n', [], "--delimiter ';'"],
    ['with the first line of Excel', 'sep=;\nid;name\n1;Ann\n', ['--delimiter', ';'], '--comment sep='],
    ['in another encoding', Buffer.from('id,gr\xf6\xdfe\n1,2\n', 'latin1'), [], '--encoding'],
    ['in UTF-16', Buffer.from('\u{feff}id,name\n1,Ann\n', 'utf16le'), [], '--encoding utf-16le'],
  ])('is told with what helps: %s', async (_, content, options, hint) => {
    const { load, items } = await folder({ 'a.csv': content });
    const result = await load('a.csv', ...options);
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/hint: .*/);
    expect(summaryOf(result).error?.hint).toContain(hint);
    expect(await items()).toEqual({});
  });

  it('makes no table, unless the partition key is named', async () => {
    const { cwd } = await folder({ 'a.csv': 'id;name\n1;Ann\n' });
    const args = ['direct', 'a.csv', '--table', 'people', '--json', '--local=db'];
    const refused = await run(args, { cwd });
    expect(refused.status).toBe(3);
    expect(summaryOf(refused).error).toMatchObject({ code: 'HEADER_INVALID' });
    const meant = await run([...args, '--partition-key', 'id;name'], { cwd });
    expect(meant.status, meant.stderr).toBe(0);
  });
});

describe('a name that nothing could be added to', () => {
  it('is shortened for the files beside it', async () => {
    const name = `${'長'.repeat(80)}.csv`;
    const { load } = await folder({ [name]: 'id,n\n1,x\n' });
    const result = await load(name, '--types', 'n:N');
    expect(result.status, result.stderr).toBe(1);
    const rejects = String(summaryOf(result).rejectsFile);
    expect(rejects).toMatch(/^長+-[0-9a-f]{8}\.rejects$/);
    expect((await load(rejects, '--types', 'n:N')).status).toBe(1);
  });
});

describe('what an ending offers for rejects', () => {
  it('works where a config file says otherwise', async () => {
    const { cwd, load } = await folder({
      'a.csv': 'id,n\n0,0\n1,x\n2,2\n',
      'c.yaml': 'skip-records: 2\nrejects: bad.csv\ntypes: { n: N }\n',
    });
    const result = await load('a.csv', '--config', 'c.yaml', '--skip-records', '1');
    expect(result.status, result.stderr).toBe(1);
    const offered = /^ {2}csv2ddb (direct bad\.csv .*)$/m.exec(result.stderr)?.[1] ?? '';
    writeFileSync(join(cwd, 'bad.csv'), 'id,n\n1,1\n');
    const again = await run(offered.split(' '), { cwd });
    expect(again.status, again.stderr).toBe(0);
    expect(summaryOf(again)).toMatchObject({ read: 1, written: 1 });
  });
});

describe('a file that the run would write', () => {
  const people = 'id,name\n1,Ann\n';

  it.each(['--summary', '--checkpoint', '--rejects'])('is not read: %s', async (option) => {
    const { cwd, load, items } = await folder({ 'a.csv': people });
    const result = await load('a.csv', option, 'a.csv');
    expect(result.status).toBe(64);
    expect(result.stderr).toContain(option);
    expect(readFileSync(join(cwd, 'a.csv'), 'utf8')).toBe(people);
    expect(await items()).toEqual({});
  });

  it.each([
    ['the reject file', ['--rejects', 'r', '--summary', 'r']],
    ['its name that nobody chose', ['--summary', './a.csv.rejects']],
    ['the reasons', ['--rejects', 'r', '--summary', 'r.jsonl']],
    ['the checkpoint', ['--summary', 'a.csv.checkpoint']],
  ])('does not get the summary as well: %s', async (_, options) => {
    const { load, items } = await folder({ 'a.csv': people });
    const result = await load('a.csv', ...options);
    expect(result.status).toBe(64);
    expect(result.stderr).toContain('as well');
    expect(await items()).toEqual({});
  });

  it('is known where it is called like standard input', async () => {
    const { load } = await folder({ stdin: people });
    expect((await load('stdin', '--summary', 'stdin')).status).toBe(64);
  });

  it('is known under another name too', async () => {
    const { cwd, load } = await folder({ 'a.csv': people });
    linkSync(join(cwd, 'a.csv'), join(cwd, 'link.json'));
    const result = await load('a.csv', '--summary', 'link.json');
    expect(result.status).toBe(64);
    expect(existsSync(join(cwd, 'a.csv.checkpoint.lock'))).toBe(false);
  });
});

describe('who reads', () => {
  it.each([
    [['--delimiter', ','], 'byte reader'],
    [['--delimiter', '||'], 'csv-parse'],
    [['--encoding', 'latin1', '--comment', '#'], 'csv-parse, decoding iso-8859-1'],
  ])('%j: %s, as --verbose says', async (options, reader) => {
    const { load } = await folder({ 'a.csv': 'id\n1\n' });
    const result = await load('a.csv', '--verbose', ...options);
    expect(result.stderr).toContain(`reader: ${reader}\n`);
  });
});
