import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expandBraces, expandGlob } from '../../../../src/load/source/expand-glob.ts';
import { tempDir } from '../../../helpers/temp.ts';
import { loaderError } from './reading.ts';

const isWindows = process.platform === 'win32';
const root = tempDir();
const folder = join(root, 'here');
const there = process.cwd();

const files = [
  'a.csv',
  'b.csv',
  'B.csv',
  'ab.csv',
  'a+b.csv',
  'aab.csv',
  'a(1).csv',
  'a1.csv',
  'ä.csv',
  '!x.csv',
  '.hidden.csv',
  'notes.txt',
  '{1..3}.csv',
  '2023/q1.csv',
  '2023/q2.csv',
  '2024/q1.csv',
  '2024/deep/er/q3.csv',
  '.cache/q1.csv',
  'dir.csv/x.txt',
  '[odd] (folder)/x.csv',
  '[odd] (folder)/y.csv',
];

beforeAll(() => {
  for (const file of [...files, '../beside/z.csv', '../beside/{q}.csv']) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'id\n1\n');
  }
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(there);
});

test.each<readonly [string, readonly string[]]>([
  ['a.csv', ['a.csv']],
  ['{a,b}.csv', ['a.csv', 'b.csv']],
  ['x{1,2}y{3,4}', ['x1y3', 'x1y4', 'x2y3', 'x2y4']],
  ['{a,b{1,2}}', ['a', 'b1', 'b2']],
  ['{,x}y', ['y', 'xy']],
  ['{a}', ['{a}']],
  ['{a{b,c}', ['{ab', '{ac']],
  ['{a,b', ['{a,b']],
  ['a,b}', ['a,b}']],
  ['{}', ['{}']],
  ['{1..3}', ['{1..3}']],
  ['\\{a,b}', ['\\{a,b}']],
  ['{a\\,b,c}', ['a\\,b', 'c']],
])('expandBraces expands %s', (pattern, expected) => {
  expect(expandBraces(pattern)).toEqual(expected);
});

test('expandBraces rejects braces with too many names', () => {
  expect(() => expandBraces('{0,1,2,3,4,5,6,7,8,9}'.repeat(5))).toThrow(loaderError('USAGE', /more than 10000 names/));
});

test.each(['a.csv', 'missing.csv', 'a(1).csv', '!x', '{a}', '{a', '[]', 'a[', '-x', ''])(
  'expandGlob returns undefined for %j, which is not a pattern',
  async (name) => {
    expect(await expandGlob(name)).toBeUndefined();
  },
);

test.each<readonly [string, readonly string[]]>([
  ['?.csv', ['B.csv', 'a.csv', 'b.csv', 'ä.csv']],
  ['./?.csv', ['./B.csv', './a.csv', './b.csv', './ä.csv']],
  ['[ab].csv', ['a.csv', 'b.csv']],
  ['[!a].csv', ['B.csv', 'b.csv', 'ä.csv']],
  ['[A-C].csv', ['B.csv']],
  ['a[[:digit:]].csv', ['a1.csv']],
  ['{b,a}.csv', ['a.csv', 'b.csv']],
  ['{b,a,a}*.csv', ['a(1).csv', 'a+b.csv', 'a.csv', 'a1.csv', 'aab.csv', 'ab.csv', 'b.csv']],
  ['a+?.csv', ['a+b.csv']],
  ['a(?).csv', ['a(1).csv']],
  ['!*.csv', ['!x.csv']],
  ['{1..3}*', ['{1..3}.csv']],
  ['20*/q1.csv', ['2023/q1.csv', '2024/q1.csv']],
  ['2023/*', ['2023/q1.csv', '2023/q2.csv']],
  ['2023//*', ['2023//q1.csv', '2023//q2.csv']],
  ['20*/../b.cs?', ['b.csv']],
  ['**/q[13].csv', ['2023/q1.csv', '2024/deep/er/q3.csv', '2024/q1.csv']],
  ['2024/**', ['2024/deep/er/q3.csv', '2024/q1.csv']],
  ['2024/**/*.csv', ['2024/deep/er/q3.csv', '2024/q1.csv']],
  ['*/q?.{csv,csv.gz}', ['2023/q1.csv', '2023/q2.csv', '2024/q1.csv']],
  ['.*.csv', ['.hidden.csv']],
  ['.cache/*', ['.cache/q1.csv']],
  ['../beside/*', ['../beside/z.csv', '../beside/{q}.csv']],
  ['../{beside,here}/[az].csv', ['../beside/z.csv', '../here/a.csv']],
  ['{missing,b}.csv', ['b.csv', 'missing.csv']],
])('expandGlob returns the files for %s, sorted by bytes', async (pattern, expected) => {
  expect(await expandGlob(pattern)).toEqual(expected);
});

describe.skipIf(isWindows)('with backslashes (skipped on Windows, where they separate folders), expandGlob', () => {
  test.each<readonly [string, readonly string[] | undefined]>([
    ['\\[odd\\]*/?.csv', ['[odd] (folder)/x.csv', '[odd] (folder)/y.csv']],
    ['[[]odd] (folder)/*', ['[odd] (folder)/x.csv', '[odd] (folder)/y.csv']],
    ['\\{1..3}.cs?', ['{1..3}.csv']],
    ['\\a.cs?', ['a.csv']],
    ['a\\*', undefined],
  ])('expands %s', async (pattern, expected) => {
    expect(await expandGlob(pattern)).toEqual(expected);
  });
});

test('expandGlob returns absolute paths for an absolute pattern', async () => {
  expect(await expandGlob(`${root}/*/z.csv`)).toEqual([`${root}/beside/z.csv`]);
  process.chdir(join(folder, '[odd] (folder)'));
  try {
    expect(await expandGlob('?.csv')).toEqual(['x.csv', 'y.csv']);
    expect(await expandGlob('../[ab].csv')).toEqual(['../a.csv', '../b.csv']);
  } finally {
    process.chdir(folder);
  }
});

test.each(['*.parquet', 'dir.cs?', '20*/', '*/', 'missing/*', '[xy].csv', 'a.csv/*', '{x,y}*.csv'])(
  'expandGlob rejects %s, which matches no file',
  async (pattern) => {
    await expect(expandGlob(pattern)).rejects.toThrow(
      loaderError('SOURCE_UNREADABLE', /^cannot read .*: no file matches this pattern$/, /folder/),
    );
  },
);

describe.skipIf(isWindows)('links (skipped on Windows, where they require a privilege)', () => {
  const links = join(root, 'links');

  beforeAll(() => {
    mkdirSync(join(links, 'real'), { recursive: true });
    writeFileSync(join(links, 'real', 'a.csv'), 'id\n');
    symlinkSync('real/a.csv', join(links, 'file.csv'));
    symlinkSync('nowhere.csv', join(links, 'gone.csv'));
    symlinkSync('real', join(links, 'linked'));
    symlinkSync('..', join(links, 'real', 'loop'));
  });

  test('to files are followed, and broken links are returned', async () => {
    expect(await expandGlob(`${links}/*.csv`)).toEqual([`${links}/file.csv`, `${links}/gone.csv`]);
  });

  test('to folders are followed', async () => {
    expect(await expandGlob(`${links}/*/a.csv`)).toEqual([`${links}/linked/a.csv`, `${links}/real/a.csv`]);
  });

  test('in a cycle do not loop forever', async () => {
    expect(await expandGlob(`${links}/real/**/[a].csv`)).toContain(`${links}/real/a.csv`);
  });
});

test.skipIf(isWindows || process.getuid?.() === 0)(
  'expandGlob rejects an unreadable folder (skipped for root and on Windows)',
  async () => {
    const locked = join(root, 'locked', 'inner');
    mkdirSync(locked, { recursive: true });
    writeFileSync(join(root, 'locked', 'a.csv'), 'id\n');
    chmodSync(locked, 0);
    try {
      expect(await expandGlob(`${root}/locked/*`)).toEqual([`${root}/locked/a.csv`]);
      await expect(expandGlob(`${root}/locked/**/*.csv`)).rejects.toThrow(
        loaderError('SOURCE_UNREADABLE', /inner.*EACCES/, /permission/),
      );
    } finally {
      chmodSync(locked, 0o700);
    }
  },
);
