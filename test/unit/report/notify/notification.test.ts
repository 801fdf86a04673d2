import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../src/errors.ts';
import { createNotification } from '../../../../src/report/notify/notification.ts';
import type { Summary } from '../../../../src/load/summary.ts';
import { summary } from '../summaries.ts';

const errorOf = (code: ErrorCode, message = 'm'): Summary['error'] => ({ code, message, hint: null, place: null });
const limitBytes = 262_144;

describe('the subject of a notification', () => {
  it.each<[title: string, changes: Partial<Summary>, expected: string]>([
    ['has the number of records', {}, 'csv2ddb: people.csv into people: loaded 1,200 records'],
    [
      'counts superseded records as loaded, and counts rejects',
      { written: 1_000, superseded: 198, rejected: 2, exitStatus: 1 },
      'csv2ddb: people.csv into people: loaded 1,198 records, 2 rejected',
    ],
    [
      'has the error code of a run that stopped',
      { exitStatus: 2, error: errorOf('TOO_MANY_ERRORS') },
      'csv2ddb: people.csv into people: stopped: TOO_MANY_ERRORS',
    ],
    [
      'says that the run was interrupted',
      { exitStatus: 4, error: errorOf('INTERRUPTED'), written: 1 },
      'csv2ddb: people.csv into people: interrupted after 1 record',
    ],
    ['counts several sources', { sources: ['a.csv', 'b.csv'] }, 'csv2ddb: 2 sources into people: loaded 1,200 records'],
    [
      'has the last part of a path or URL',
      { sources: ['s3://bucket/import/people.csv'] },
      'csv2ddb: people.csv into people: loaded 1,200 records',
    ],
    ['is ASCII', { sources: ['Zoë🚀\n.csv'] }, 'csv2ddb: Zo???.csv into people: loaded 1,200 records'],
    [
      'cuts a long source',
      { sources: [`${'x'.repeat(200)}-2024.csv`] },
      `csv2ddb: ...${'x'.repeat(44)}-2024.csv into people: loaded 1,200 records`,
    ],
    [
      'cuts a long table',
      { table: `${'t'.repeat(240)}-production` },
      `csv2ddb: people.csv into ...${'t'.repeat(38)}-production: loaded 1,200 records`,
    ],
  ])('%s', (_, changes, expected) => {
    expect(createNotification(summary(changes), []).subject).toBe(expected);
  });

  it('is short enough for SNS and keeps the outcome for all lengths of names', () => {
    for (const length of [1, 20, 40, 60, 80, 100, 255]) {
      for (const tableLength of [3, 20, 40, 60, 80, 100, 255]) {
        const { subject } = createNotification(
          summary({
            sources: ['é'.repeat(length)],
            table: 't'.repeat(tableLength),
            written: 1e12,
            rejected: 1e12,
            exitStatus: 1,
          }),
          [],
        );
        expect(subject.length).toBeLessThan(100);
        expect(subject).toMatch(
          /^csv2ddb: \S+ into \S+: loaded 1,000,000,000,000 records, 1,000,000,000,000 rejected$/,
        );
      }
    }
  });
});

describe('the message of a notification', () => {
  const parts = (message: string): { words: string[]; json: Summary } => {
    const lines = message.split('\n');
    return { json: JSON.parse(lines.pop() ?? '') as Summary, words: lines };
  };

  it('has the lines for people, then the summary on the last line', () => {
    const { message, attributes } = createNotification(summary({ exitStatus: 1 }), [
      'Loaded people.csv',
      '',
      '  read  1',
    ]);
    expect(parts(message)).toEqual({
      words: ['Loaded people.csv', '', '  read  1'],
      json: summary({ exitStatus: 1 }),
    });
    expect(attributes).toEqual({ status: 1, table: 'people' });
  });

  it('is only the summary if there are no lines', () => {
    expect(createNotification(summary(), []).message).toBe(JSON.stringify(summary()));
  });

  it('replaces escape sequences, because people may read it in a terminal', () => {
    expect(createNotification(summary(), ['a\u001b[2Jb\rc']).message).toMatch(/^a\?\[2Jb\?c\n/);
  });

  it('drops the last lines if they do not fit', () => {
    const { message } = createNotification(
      summary(),
      Array.from({ length: 10_000 }, (_, index) => `${index} ${'é'.repeat(20)}`),
    );
    expect(Buffer.byteLength(message)).toBeLessThan(limitBytes);
    expect(Buffer.byteLength(message)).toBeGreaterThan(limitBytes - 2_000);
    const { words, json } = parts(message);
    expect(words[0]).toMatch(/^0 é/);
    expect(json).toEqual(summary());
  });

  it('lists only the first of very many sources', () => {
    const sources = Array.from({ length: 9_000 }, (_, index) => `s3://bucket/import/${index}-🚀.csv`);
    const rejectsFile = sources.map((source) => `${source}.rejects`);
    const error = errorOf('HEADER_INVALID', 'column 🚀'.repeat(50_000));
    const { message, subject } = createNotification(summary({ sources, rejectsFile, error, exitStatus: 3 }), [
      'a line',
    ]);
    expect(Buffer.byteLength(message)).toBeLessThan(limitBytes);
    const { words, json } = parts(message);
    expect(words).toEqual(['a line']);
    expect(json.sources).toEqual([...sources.slice(0, 20), '… 8,980 more']);
    expect(json.rejectsFile).toHaveLength(21);
    expect(json.error?.message).toMatch(/^column .*…$/);
    expect(message).not.toContain('\ufffd');
    expect(subject).toBe('csv2ddb: 9,000 sources into people: stopped: HEADER_INVALID');
  });
});
