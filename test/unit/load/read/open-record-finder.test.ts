import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { ByteFinder, isFinderDialect } from '../../../../src/load/read/byte-finder.ts';
import { openRecordFinder } from '../../../../src/load/read/open-record-finder.ts';
import type { Dialect } from '../../../../src/load/read/record.ts';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import { parseOptions } from '../../../../src/options/parse.ts';
import { resolveDirect } from '../../../../src/options/resolve.ts';
import { makeRawOptions, processContext } from '../../options/given.ts';
import { dialect } from './reading.ts';

describe('openRecordFinder', () => {
  test('opens the fast finder for the default options', async () => {
    const settings = resolveDirect(parseOptions(makeRawOptions({ table: 'people' }), ['people.csv']), processContext);
    expect(await openRecordFinder(settings.read.dialect, sourceStart, 'people.csv')).toBeInstanceOf(ByteFinder);
  });

  test.each<Partial<Dialect>>([
    { delimiter: '\t', quote: "'" },
    { quote: undefined },
    { escape: '"' },
    { escape: '\\' },
    { maxRecordBytes: 10 },
  ])('opens the fast finder for %j', (options) => {
    expect(isFinderDialect({ ...dialect, ...options })).toBe(true);
  });

  test.each<Partial<Dialect> & { readonly later?: boolean }>([
    { encoding: 'windows-1252' },
    { delimiter: '||' },
    { delimiter: '¦' },
    { quote: '«' },
    { escape: '%!' },
    { comment: '#' },
    { trim: true },
    { later: false },
  ])('opens a reader for %j', async (options) => {
    const finder = await openRecordFinder({ ...dialect, ...options }, sourceStart, 'people.csv');
    expect(finder).not.toBeInstanceOf(ByteFinder);
    finder.push(Buffer.from('a\nb\nc\n'));
    expect(finder.find(1)).toEqual({ offset: 2, line: 2, record: 1 });
    expect(finder.find(1)).toEqual({ offset: 4, line: 3, record: 2 });
    finder.end();
    expect(finder.find(1)).toBeUndefined();
  });
});

test('the fast finder keeps no bytes of a record of 256 MiB', () => {
  const finder = new ByteFinder({ ...dialect, maxRecordBytes: 2 ** 30 }, sourceStart, 'people.csv');
  const chunk = Buffer.alloc(1024 * 1024, `${'x'.repeat(63)}\n`);
  finder.push(Buffer.from('id\na,"'));
  expect(finder.find(1)).toBeUndefined();
  const before = process.memoryUsage().arrayBuffers;
  for (let i = 0; i < 256; i++) {
    finder.push(chunk);
    expect(finder.find(1)).toBeUndefined();
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  finder.push(Buffer.from('"\nb,c\n'));
  expect(finder.find(1)).toEqual({ offset: 3, line: 2, record: 1 });
  expect(finder.find(4)).toEqual({ offset: 8 + 256 * 1024 * 1024, line: 3 + 256 * 16 * 1024, record: 2 });
});
