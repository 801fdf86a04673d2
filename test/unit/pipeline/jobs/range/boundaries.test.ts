import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { chooseReader } from '../../../../../src/load/read/choose-reader.ts';
import type { Position } from '../../../../../src/load/read/record.ts';
import { getStartPosition } from '../../../../../src/load/read/start-position.ts';
import type { Checkpoint } from '../../../../../src/load/settle/checkpoint.ts';
import type { Settings } from '../../../../../src/load/settings.ts';
import type { Source, SourceIdentity } from '../../../../../src/load/source/source.ts';
import { parseOptions } from '../../../../../src/options/parse.ts';
import { resolveDirect } from '../../../../../src/options/resolve.ts';
import type { OptionKey } from '../../../../../src/options/table.ts';
import { findBoundaries, minRangeBytes } from '../../../../../src/pipeline/jobs/range/boundaries.ts';
import { zeroTotals } from '../../../../../src/pipeline/state/totals.ts';
import { pieces } from '../../../load/read/reading.ts';
import { makeRawOptions, processContext } from '../../../options/given.ts';

type Options = Partial<Record<OptionKey, string>>;

const identity: SourceIdentity = { kind: 'object', sizeBytes: 1, etag: '"1"' };
const parallel = 3;
const chunkBytes = 64 * 1024;

const header = '"id\n",text,size\r\n';
/** Three ranges, with blank lines, quoted line endings, doubled quotes, and quotes within text. */
const records = Array.from({ length: 25_000 }, (_, n) => {
  const end = ['\n', '\r\n', '\r', '\n\n'][n % 4] ?? '\n';
  return `k-${n},"line ""one"" of ${n}\nline two\r\n, ${'x'.repeat(n % 90)}",5" pipe, "text"${end}`;
}).join('');
const source = `\ufeff\n${header}${records}`;

describe('findBoundaries', () => {
  test.each<[title: string, options: Options, text: string]>([
    ['a byte-order mark and a header', {}, source],
    ['an encoding that the fast finder does not support', { encoding: 'utf-16le' }, source],
  ])('finds in a source with %s the records that the reader finds, and resumes at each', async (_, options, text) => {
    const settings = settingsWith(options);
    const encoding = options.encoding === undefined ? 'utf8' : 'utf16le';
    const bytes = Buffer.from(text, encoding);
    const expected = await readBoundaries(settings, bytes);
    expect(expected).toHaveLength(parallel - 1);
    const found = await collect(settings, bytes, null);
    expect(found.map(({ position }) => position)).toEqual(expected);
    const headers = found.map((checkpoint) => Buffer.from(checkpoint.header ?? '', 'base64').toString(encoding));
    expect(headers).toEqual(found.map(() => `\ufeff${header}`));
    for (const [index, checkpoint] of found.entries()) {
      expect(await collect(settings, bytes, checkpoint)).toEqual(found.slice(index + 1));
    }
  });

  test('finds records in a source without a header', async () => {
    const settings = settingsWith({ noHeader: 'true', columns: 'id,text,size' });
    const bytes = Buffer.from(records);
    const found = await collect(settings, bytes, null);
    expect(found.map(({ position }) => position)).toEqual(await readBoundaries(settings, bytes));
    expect(found.map((checkpoint) => checkpoint.header)).toEqual(['', '']);
  });

  test.each<[title: string, options: Options, names: string]>([
    ['a header', {}, header],
    ['records only', { noHeader: 'true', columns: 'id,text,size' }, ''],
  ])('finds the records after skipped lines with an open quote, and %s', async (_, options, names) => {
    const settings = settingsWith({ ...options, skipLines: '1' });
    const bytes = Buffer.from(`"Report\n${names}${records}`);
    const found = await collect(settings, bytes, null);
    expect(found.map(({ position }) => position)).toEqual(await readBoundaries(settings, bytes));
    expect(found).toHaveLength(parallel - 1);
    expect(found.map((checkpoint) => checkpoint.headers)).toEqual(
      found.map(() => (names === '' ? [] : [{ source: 0, line: 2, text: 'id\n,text,size' }])),
    );
    const [first] = found;
    expect(await collect(settings, bytes, first ?? null)).toEqual(found.slice(1));
  });

  test('finds none in a source without a record', async () => {
    expect(await collect(settingsWith({}), Buffer.from('\n\n'), null)).toEqual([]);
  });

  test('with --multiline no, continues after a quote that never closes', async () => {
    const text = 'x'.repeat(1000);
    const lines = Array.from({ length: 3_500 }, (_, n) => (n === 5 ? `${n},"open` : `${n},${text}`));
    const bytes = Buffer.from(`id,text\n${lines.join('\n')}\n`);
    const found = await collect(settingsWith({ multiline: 'no' }), bytes, null);
    expect(found).toHaveLength(parallel - 1);
    for (const { position } of found) {
      const { offset, line, record } = position;
      expect(bytes.toString('latin1', offset).startsWith(`${record - 1},${text}\n`)).toBe(true);
      expect(line).toBe(record + 1);
    }
    await expect(collect(settingsWith({}), bytes, null)).rejects.toMatchObject({ code: 'UNCLOSED_QUOTE' });
  });

  test('with --unescape, does not cut at a line ending after a backslash', async () => {
    const text = 'yyyyyyyy\\\n';
    const lines = Array.from({ length: 3_500 }, (_, n) => `${n}\t${text.repeat(100)}`);
    const bytes = Buffer.from(`id\ttext\n${lines.join('\n')}\n`);
    const found = await collect(settingsWith({ unescape: 'postgres', delimiter: '\\t' }), bytes, null);
    expect(found).toHaveLength(parallel - 1);
    for (const { position } of found) {
      const { offset, line, record } = position;
      expect(bytes.toString('latin1', offset).startsWith(`${record - 1}\t${text}`)).toBe(true);
      expect(line).toBe(2 + (record - 1) * 101);
    }
  });

  test('names the line of a quote that is never closed', async () => {
    const line = source.split(/\r\n|\n|\r/).length;
    const ended = collect(settingsWith({}), Buffer.from(`${source}a,"b\n`), null);
    await expect(ended).rejects.toMatchObject({ code: 'UNCLOSED_QUOTE', place: { line, record: 25_001 } });
  });
});

function settingsWith(options: Options): Settings {
  return resolveDirect(parseOptions(makeRawOptions({ table: 'people', ...options }), ['people.csv']), processContext);
}

/** Returns the checkpoints of the boundaries after `from`, as they are stored. */
async function collect(settings: Settings, bytes: Buffer, from: Checkpoint | null): Promise<Checkpoint[]> {
  const checkpoints: Checkpoint[] = [];
  const work = { frontier: from?.position.offset ?? 0, acknowledged: 0, checkpoint: from, part: zeroTotals };
  for await (const { offset, checkpoint } of findBoundaries(settings, sourceOf(bytes), parallel, work)) {
    const stored = JSON.parse(JSON.stringify(checkpoint)) as Checkpoint;
    expect(stored.position.offset).toBe(offset);
    checkpoints.push(stored);
  }
  return checkpoints;
}

/** Returns the first records that a reader reads at or after each multiple of the size of a range. */
async function readBoundaries({ read, source }: Settings, bytes: Buffer): Promise<Position[]> {
  const stepBytes = Math.max(minRangeBytes, Math.ceil(bytes.length / parallel));
  const reader = (await chooseReader(read.dialect)).open(getStartPosition(read), 'people.csv', source.skipLines);
  const positions: Position[] = [];
  let next = stepBytes;
  reader.push(bytes);
  reader.end();
  while (reader.next()) {
    const { offset, line, number } = reader.record;
    if (offset < next) continue;
    positions.push({ offset, line, record: number });
    next = (Math.floor(offset / stepBytes) + 1) * stepBytes;
  }
  return positions;
}

function sourceOf(bytes: Buffer): Source {
  return {
    name: 'people.csv',
    baseName: 'people.csv',
    storedBytes: bytes.length,
    storedOffset: (offset) => offset,
    identify: () => Promise.resolve(identity),
    head: () => toAsync(pieces(bytes.subarray(0, chunkBytes), 7)),
    read: (offset) => toAsync(pieces(bytes.subarray(offset), chunkBytes)),
    close: () => Promise.resolve(),
  };
}

async function* toAsync(chunks: Iterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
