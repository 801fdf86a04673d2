import { execFileSync } from 'node:child_process';
import { chmodSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { openSources } from '../../../src/source/open.ts';
import { tempDir } from '../../helpers/temp.ts';
import { bytesOf, loaderError } from './reading.ts';

const folder = tempDir();
const a = join(folder, 'a.csv');
const b = join(folder, 'b.csv');
writeFileSync(a, 'id\n1\n');
writeFileSync(b, 'id\n2\n');

function stdin(): Readable {
  return Readable.from([Buffer.from('id\n3\n')]);
}

test('sources come in the order given, and one may come twice', async () => {
  const sources = await openSources([b, '-', a, b], stdin());
  expect(sources.map(({ name }) => name)).toEqual([b, 'stdin', a, b]);
  const texts: string[] = [];
  for (const source of sources) texts.push((await bytesOf(source)).toString());
  expect(texts).toEqual(['id\n2\n', 'id\n3\n', 'id\n1\n', 'id\n2\n']);
});

test('standard input can be named once', async () => {
  await expect(openSources(['-', a, '-'], stdin())).rejects.toThrow(
    loaderError('USAGE', /standard input.*twice/, /once/),
  );
});

test('a missing file is found before anything is read', async () => {
  const missing = join(folder, 'missing.csv');
  await expect(openSources([a, missing], stdin())).rejects.toMatchObject({
    code: 'SOURCE_UNREADABLE',
    message: `cannot read ${missing}: there is no such file`,
    place: { source: missing },
    cause: { code: 'ENOENT' },
  });
});

test('a folder is not a source', async () => {
  await expect(openSources([`${folder}/`], stdin())).rejects.toThrow(
    loaderError('SOURCE_UNREADABLE', /it is a folder/, /\/csv2ddb-test-[^/]+\/\*\.csv/),
  );
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a file without permission is found before anything is read (skipped where all is permitted: root, Windows)',
  async () => {
    const secret = join(folder, 'secret.csv');
    writeFileSync(secret, 'id\n');
    chmodSync(secret, 0);
    await expect(openSources([secret], stdin())).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /EACCES/, /permission/),
    );
  },
);

test('a part of the path that is a file is named', async () => {
  await expect(openSources([join(a, 'x.csv')], stdin())).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
});

test('more files can be named than a process may hold open', async () => {
  const many = join(folder, 'many');
  mkdirSync(many);
  writeFileSync(join(many, 'x.csv'), 'id\n');
  const names = Array.from({ length: 3000 }, () => join(many, 'x.csv'));
  const sources = await openSources(names, stdin());
  for (const source of sources.slice(0, 10)) expect(await bytesOf(source)).toHaveLength(3);
});

const hasPipes = process.platform !== 'win32';

test.runIf(hasPipes)('a named pipe is a source of unknown size', async () => {
  const pipe = join(folder, 'pipe.csv');
  execFileSync('mkfifo', [pipe]);
  const [source] = await openSources([pipe], stdin());
  expect(source).toMatchObject({ name: pipe, baseName: 'pipe.csv', sizeBytes: undefined });
  const written = 'id\n'.repeat(100_000);
  createWriteStream(pipe).end(written);
  expect(source && (await bytesOf(source)).toString()).toBe(written);
});

test.runIf(hasPipes)('a named pipe that nobody writes to does not keep the process', async () => {
  const pipe = join(folder, 'silent.csv');
  execFileSync('mkfifo', [pipe]);
  const [source] = await openSources([pipe], stdin());
  const waiting = source?.read(0)[Symbol.asyncIterator]().next();
  const outcome = expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await source?.close();
  await outcome;
});

test.runIf(hasPipes)('a device is a source', async () => {
  const [source] = await openSources(['/dev/null'], stdin());
  expect(source && (await bytesOf(source))).toHaveLength(0);
});
