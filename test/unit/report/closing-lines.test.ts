import { describe, expect, it } from 'vitest';
import { LoaderError, type ErrorCode } from '../../../src/errors.ts';
import { formatClosingLines, type ClosingCommands } from '../../../src/report/closing-lines.ts';
import { formatBug, formatProblem } from '../../../src/report/problem.ts';
import { makeFailedSummary } from '../../../src/load/failed-summary.ts';
import type { Summary } from '../../../src/load/summary.ts';
import { summary } from './summaries.ts';

const commands: ClosingCommands = {
  resume: (raised = {}) => ['RESUME', ...Object.values(raised)].join(' '),
  load: (files) => `LOAD ${files.join(' ')}`,
  view: undefined,
  isFromStdin: false,
  hasHiddenSecrets: false,
};
const closingText = (changes: Partial<Summary>, more: Partial<ClosingCommands> = {}): string =>
  formatClosingLines(summary(changes), { ...commands, ...more }).join('\n');
const errorOf = (code: ErrorCode): Summary['error'] => ({ code, message: 'm', hint: null, place: null });

describe('the closing lines', () => {
  it('of a successful run are short', () => {
    expect(closingText({})).toBe(
      [
        'Loaded people.csv into table people',
        '',
        '  read         1,200 records, 65 kB',
        '  written      1,200',
        '  rejected     0',
        '  time         2.5 s, 480 records/s',
        '  requests     48',
        '  write units  1,200',
      ].join('\n'),
    );
  });

  it('of an interrupted run have all counts and the command to resume', () => {
    const text = closingText({
      sources: ['a.csv', 'b.csv'],
      written: 1000,
      items: 1000,
      superseded: 197,
      rejected: 3,
      ahead: 25,
      retries: 50,
      throttledRequests: 2,
      rejectsFile: ['out/a.csv.rejects', 'out/b.csv.rejects'],
      checkpoint: 'a.csv.checkpoint',
      resumed: true,
      exitStatus: 4,
      error: errorOf('INTERRUPTED'),
    });
    expect(text).toBe(
      [
        'Interrupted while loading 2 sources into table people',
        '',
        '  read         1,200 records, 65 kB, in all runs',
        '  written      1,000',
        '  superseded   197 (replaced by a later record with the same key)',
        '  rejected     3',
        '  rejects      out/a.csv.rejects',
        '  reasons      out/a.csv.rejects.jsonl',
        '  rejects      out/b.csv.rejects',
        '  reasons      out/b.csv.rejects.jsonl',
        '  ahead        25 (written after the checkpoint; --resume writes them again)',
        '  time         2.5 s, 480 records/s',
        '  requests     48 (2 throttled)',
        '  write units  1,200',
        '  retries      50 (records that were retried)',
        '  checkpoint   a.csv.checkpoint',
        '',
        'Resume:',
        '  RESUME',
      ].join('\n'),
    );
  });

  it.each<[title: string, changes: Partial<Summary>, more: Partial<ClosingCommands>, last: string]>([
    [
      'rejected records can be fixed and loaded',
      { exitStatus: 1, rejected: 1, rejectsFile: 'people.csv.rejects' },
      {},
      'Fix the rejected records, then load them:\n  LOAD people.csv.rejects',
    ],
    ['an embedded table can be viewed', {}, { view: 'LOOK' }, 'View the table:\n  LOOK'],
    [
      'too many errors need a higher limit',
      { exitStatus: 2, error: errorOf('TOO_MANY_ERRORS'), checkpoint: 'c' },
      {},
      'Resume anyway:\n  RESUME 100%',
    ],
    [
      'a problem must be fixed first',
      { exitStatus: 3, error: errorOf('ACCESS_DENIED'), checkpoint: 'c' },
      {},
      'Fix the problem, then resume:\n  RESUME',
    ],
    [
      'standard input must be provided again',
      { exitStatus: 4, error: errorOf('INTERRUPTED'), checkpoint: 'c' },
      { isFromStdin: true },
      'Resume with the same input:\n  RESUME',
    ],
    [
      'secret parts of URLs must be added',
      { exitStatus: 4, error: errorOf('INTERRUPTED'), checkpoint: 'c' },
      { hasHiddenSecrets: true },
      'Resume after adding the secret parts of the URLs:\n  RESUME',
    ],
    [
      'a long record needs a higher limit',
      { exitStatus: 3, error: errorOf('RECORD_TOO_LONG'), checkpoint: 'c' },
      {},
      'If the record is really that long, resume:\n  RESUME 64MiB',
    ],
  ])('end with the next step: %s', (_, changes, more, last) => {
    expect(closingText(changes, more).endsWith(`\n\n${last}`)).toBe(true);
  });

  it.each<[title: string, changes: Partial<Summary>]>([
    ['there is no checkpoint', { exitStatus: 4, error: errorOf('INTERRUPTED') }],
    ['the source has changed', { exitStatus: 3, error: errorOf('SOURCE_CHANGED'), checkpoint: 'c' }],
    ['the table no longer exists', { exitStatus: 3, error: errorOf('TABLE_NOT_FOUND'), checkpoint: 'c' }],
    ['the error is a bug', { exitStatus: 5, error: errorOf('INTERNAL'), checkpoint: 'c' }],
  ])('suggest no command if %s', (_, changes) => {
    expect(closingText(changes)).not.toContain('RESUME');
  });

  it('list the first of many reject files, and suggest to load them all', () => {
    const rejectsFile = Array.from({ length: 8 }, (_, index) => `${index}.csv.rejects`);
    const text = closingText({ rejectsFile, rejected: 8, exitStatus: 1, sources: ['a', 'b'] });
    expect(text).toMatch(/\n {2}reasons {6}4\.csv\.rejects\.jsonl\n {15}and 3 more, named after their sources\n/);
    expect(text.split('\n').at(-1)).toBe(`  LOAD ${rejectsFile.join(' ')}`);
  });

  it.each([
    ['a.csv', 'a.csv'],
    ['-', 'stdin'],
    ['https://me:pass@host/a.csv?X-Amz-Signature=secret#part', 'https://host/a.csv'],
  ])('of a run that failed immediately show the source %s as %s', (source, name) => {
    const failed = makeFailedSummary(
      { table: 'people', sources: [source] },
      new LoaderError('SOURCE_UNREADABLE', 'm'),
      1,
    );
    expect(failed.sources).toEqual([name]);
  });

  it('are empty if the run failed before it did anything', () => {
    const failed = makeFailedSummary(
      { table: 'people', sources: ['x.csv'] },
      new LoaderError('TABLE_NOT_FOUND', 'm'),
      1,
    );
    expect(formatClosingLines(failed, commands)).toEqual([]);
    expect(failed).toMatchObject({ exitStatus: 3, read: 0, error: { code: 'TABLE_NOT_FOUND', place: null } });
  });
});

describe('the lines of an error', () => {
  it.each<[title: string, lines: string[], expected: string[]]>([
    ['have code and message', formatProblem({ code: 'USAGE', message: 'm' }, false), ['error USAGE: m']],
    [
      'have place and hint',
      formatProblem({ code: 'X', message: 'm', hint: 'h', place: { source: 'a.csv', line: 7, record: 3 } }, false),
      ['error X: m', '  at a.csv, line 7 (record 3)', '  hint: h'],
    ],
    [
      'name the header',
      formatProblem({ code: 'X', message: 'm', place: { source: 'a.csv', record: 0 } }, false),
      ['error X: m', '  at a.csv (the header)'],
    ],
    ['are red', formatProblem({ code: 'X', message: 'm' }, true), ['\u001b[31merror X:\u001b[39m m']],
  ])('%s', (_, lines, expected) => {
    expect(lines).toEqual(expected);
  });

  it('show the stack of a bug and ask for a report', () => {
    const text = formatBug(new TypeError('oops'), '1.2.3').join('\n');
    expect(text).toMatch(/^TypeError: oops\n {4}at /);
    expect(text).toMatch(/bug in csv2ddb 1\.2\.3.*\n.*Please report it/);
  });
});
