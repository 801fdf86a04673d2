import { execFileSync } from 'node:child_process';
import { chmodSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { describe, expect, test } from 'vitest';
import { openSources as openWith, type SourceDependencies } from '../../../../src/load/source/open.ts';
import type { Source } from '../../../../src/load/source/source.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { bytesOf, loaderError } from './reading.ts';

const folder = tempDir();
const a = join(folder, 'a.csv');
const b = join(folder, 'b.csv');
writeFileSync(a, 'id\n1\n');
writeFileSync(b, 'id\n2\n');

function stdin(): Readable {
  return Readable.from([Buffer.from('id\n3\n')]);
}

function makeDependencies(stdin: Readable): SourceDependencies {
  return {
    stdin: () => stdin,
    stop: new AbortController().signal,
    compression: 'auto',
    s3: () => Promise.reject(new Error('this test uses no S3')),
    dispatcher: () => Promise.resolve(new Agent()),
  };
}

function openSources(
  names: readonly string[],
  stdin: Readable,
  more: Partial<SourceDependencies> = {},
): Promise<Source[]> {
  return openWith(names, { ...makeDependencies(stdin), ...more });
}

test('openSources keeps the order, and one file may be opened twice', async () => {
  const sources = await openSources([b, '-', a, b], stdin());
  expect(sources.map(({ name }) => name)).toEqual([b, 'stdin', a, b]);
  const texts: string[] = [];
  for (const source of sources) texts.push((await bytesOf(source)).toString());
  expect(texts).toEqual(['id\n2\n', 'id\n3\n', 'id\n1\n', 'id\n2\n']);
});

test('openSources rejects standard input as a second source', async () => {
  await expect(openSources(['-', a, '-'], stdin())).rejects.toThrow(
    loaderError('USAGE', /standard input.*twice/, /once/),
  );
});

test('openSources rejects a missing file', async () => {
  const missing = join(folder, 'missing.csv');
  await expect(openSources([a, missing], stdin())).rejects.toMatchObject({
    code: 'SOURCE_UNREADABLE',
    message: `cannot read ${missing}: the file does not exist`,
    place: { source: missing },
    cause: { code: 'ENOENT' },
  });
});

test('openSources rejects a folder', async () => {
  await expect(openSources([`${folder}/`], stdin())).rejects.toThrow(
    loaderError('SOURCE_UNREADABLE', /it is a folder/, /\/csv2ddb-test-[^/]+\/\*\.csv/),
  );
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'openSources rejects a file without read permission (skipped for root and on Windows)',
  async () => {
    const secret = join(folder, 'secret.csv');
    writeFileSync(secret, 'id\n');
    chmodSync(secret, 0);
    await expect(openSources([secret], stdin())).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /EACCES/, /permission/),
    );
  },
);

test('openSources rejects a path through a file', async () => {
  await expect(openSources([join(a, 'x.csv')], stdin())).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
});

test('openSources opens more files than a process may keep open', async () => {
  const many = join(folder, 'many');
  mkdirSync(many);
  writeFileSync(join(many, 'x.csv'), 'id\n');
  const names = Array.from({ length: 3000 }, () => join(many, 'x.csv'));
  const sources = await openSources(names, stdin());
  for (const source of sources.slice(0, 10)) expect(await bytesOf(source)).toHaveLength(3);
});

const hasPipes = process.platform !== 'win32';

test.runIf(hasPipes)('openSources opens a named pipe, whose size is unknown', async () => {
  const pipe = join(folder, 'pipe.csv');
  execFileSync('mkfifo', [pipe]);
  const [source] = await openSources([pipe], stdin());
  expect(source).toMatchObject({ name: pipe, baseName: 'pipe.csv', storedBytes: undefined });
  const written = 'id\n'.repeat(100_000);
  createWriteStream(pipe).end(written);
  expect(source && (await bytesOf(source)).toString()).toBe(written);
});

test.runIf(hasPipes)('a named pipe without a writer does not block the process', async () => {
  const pipe = join(folder, 'silent.csv');
  execFileSync('mkfifo', [pipe]);
  const [source] = await openSources([pipe], stdin());
  const waiting = source?.read(0)[Symbol.asyncIterator]().next();
  const outcome = expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await source?.close();
  await outcome;
});

test.runIf(hasPipes)('openSources opens a device', async () => {
  const [source] = await openSources(['/dev/null'], stdin());
  expect(source && (await bytesOf(source))).toHaveLength(0);
});

describe('patterns', () => {
  const odd = join(folder, 'odd');
  mkdirSync(odd);
  const names = ['c.csv', 'd.csv', '[cd].csv', 'é.csv', 'z.csv'];
  for (const name of names) writeFileSync(join(odd, name), `${name}\n`);
  mkdirSync(join(odd, 'folder.csv'));

  test('expand to their files, sorted by bytes', async () => {
    const sources = await openSources([b, join(odd, '?.csv'), a], stdin());
    const expected = [b, ...['c.csv', 'd.csv', 'z.csv', 'é.csv'].map((name) => `${odd}/${name}`), a];
    expect(sources.map(({ name }) => name)).toEqual(expected);
  });

  test('do not expand if a file has that name', async () => {
    const sources = await openSources([join(odd, '[cd].csv')], stdin());
    expect(sources.map(({ baseName }) => baseName)).toEqual(['[cd].csv']);
  });

  test('without a match are rejected, and so are missing names in braces', async () => {
    await expect(openSources([join(odd, 'fol*')], stdin())).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /fol\*: no file matches this pattern/, /matches files, not folders/),
    );
    await expect(openSources([join(odd, '{c,missing}.csv')], stdin())).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /missing\.csv: the file does not exist/),
    );
    await expect(openSources([join(odd, '{c,folder}.csv')], stdin())).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /folder\.csv: it is a folder/),
    );
  });
});

describe('compressed files', () => {
  const packed = join(folder, 'packed.csv.gz');
  const zip = join(folder, 'packed.csv');
  writeFileSync(packed, gzipSync('id\n4\n'));
  writeFileSync(zip, 'PK\x03\x04\x14\0');

  test('are detected by their content, not by their name', async () => {
    const plain = join(folder, 'plain.csv.gz');
    writeFileSync(plain, 'id\n5\n');
    const sources = await openSources([packed, plain, a], stdin());
    expect(sources.map(({ baseName }) => baseName)).toEqual(['packed.csv', 'plain.csv.gz', 'a.csv']);
    const texts: string[] = [];
    for (const source of sources) texts.push((await bytesOf(source)).toString());
    expect(texts).toEqual(['id\n4\n', 'id\n5\n', 'id\n1\n']);
  });

  test('on standard input are decompressed', async () => {
    const [source] = await openSources(['-'], Readable.from([gzipSync('id\n6\n')]));
    expect(source && (await bytesOf(source)).toString()).toBe('id\n6\n');
  });

  test('in unsupported formats are rejected before the read', async () => {
    await expect(openSources([a, zip], stdin())).rejects.toThrow(
      loaderError('FORMAT_UNSUPPORTED', /it is a zip archive or an Excel workbook/, /unzip -p/),
    );
    await expect(openSources([packed, a], stdin(), { compression: 'gzip' })).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /a\.csv with gzip/),
    );
  });

  test.runIf(hasPipes)('in a named pipe are decompressed', async () => {
    const pipe = join(folder, 'pipe.csv.gz');
    execFileSync('mkfifo', [pipe]);
    const [source] = await openSources([pipe], stdin());
    createWriteStream(pipe).end(gzipSync('id\n'.repeat(100_000)));
    expect(source && (await bytesOf(source)).toString()).toBe('id\n'.repeat(100_000));
  });
});

describe('URLs', () => {
  test('of files open their paths', async () => {
    const url = pathToFileURL(a);
    const sources = await openSources([url.href, `FILE://${url.pathname}`, `file:${url.pathname}`], stdin());
    expect(sources.map(({ name }) => name)).toEqual([a, a, a]);
  });

  test.each([
    [
      'ftp://ada:secret@example.com/x.csv?key=secret',
      /^cannot read ftp:\/\/example\.com\/x\.csv: csv2ddb does not support ftp URLs$/,
    ],
    ['gs://bucket/x.csv', /does not support gs URLs$/],
    ['file://ada:secret@host/x.csv#secret', /^cannot read file:\/\/host\/x\.csv: /],
  ])('that are not supported are reported without their secrets: %s', async (name, message) => {
    await expect(openSources([name], stdin())).rejects.toMatchObject({
      code: 'SOURCE_UNREADABLE',
      message: expect.stringMatching(message) as string,
    });
  });

  test('with a scheme of one letter are Windows drives', async () => {
    await expect(openSources(['C:\\missing.csv'], stdin())).rejects.toThrow(/the file does not exist/);
  });

  test.each([
    ['with an ETag', { etag: '"1"' }],
    ['without an ETag', {}],
  ])('of the web %s are decompressed', async (_, headers) => {
    const body = gzipSync('id\n7\n');
    const server = createServer((_request, response) => {
      response.writeHead(200, { ...headers, 'content-length': body.length });
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const dispatchers: Agent[] = [];
    const dispatcher = (): Promise<Agent> => {
      const agent = new Agent();
      dispatchers.push(agent);
      return Promise.resolve(agent);
    };
    try {
      const url = `HTTP://127.0.0.1:${port}/people.csv.gz?key=secret`;
      const sources = await openSources([url, url], stdin(), { dispatcher });
      for (const source of sources) {
        expect(source.name).not.toContain('secret');
        expect((await bytesOf(source)).toString()).toBe('id\n7\n');
        expect(source.storedOffset(5)).toBe(body.length);
      }
      expect(dispatchers).toHaveLength(1);
    } finally {
      for (const agent of dispatchers) await agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
