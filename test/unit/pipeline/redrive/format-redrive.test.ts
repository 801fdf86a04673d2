import { expect, it } from 'vitest';
import type { RedriveResult } from '../../../../src/pipeline/redrive/redrive-all.ts';
import { formatRedrive, formatJobRedrive } from '../../../../src/pipeline/redrive/format-redrive.ts';
import type { JobRedriveResult } from '../../../../src/pipeline/redrive/redrive-by-name.ts';

const none: RedriveResult = { deadLetters: 0, foreignDeadLetters: 0, open: 0, failed: [], files: [], expired: 0 };
const worker = 'csv2ddb worker continues the load; csv2ddb status shows the progress';

it.each<[title: string, change: Partial<RedriveResult>, lines: string[]]>([
  ['nothing to resume', {}, ['nothing to resume']],
  [
    'nothing to resume, but foreign dead letters and expired files',
    { foreignDeadLetters: 1, expired: 2 },
    [
      'nothing to resume',
      'left 1 foreign dead letter in place',
      'skipped 2 files older than 28 days: state has expired; name a file to load it',
    ],
  ],
  [
    'all kinds of retries',
    { deadLetters: 2, open: 1, failed: [{ job: 'j', key: 'import/a.csv', run: 2 }], files: ['import/b\u0007.csv'] },
    [
      'sent 2 dead letters to the queue again',
      'sent new messages for 1 open job',
      'resumed 1 failed job:',
      '  import/a.csv, job j, run 2',
      'queued 1 file without a job:',
      '  import/b?.csv',
      worker,
    ],
  ],
  [
    'at most 20 names',
    { files: Array.from({ length: 23 }, (_, at) => `import/${at}.csv`) },
    [
      'queued 23 files without a job:',
      ...Array.from({ length: 20 }, (_, at) => `  import/${at}.csv`),
      '  and 3 more',
      worker,
    ],
  ],
])('a redrive prints %s', (_, change, lines) => {
  expect(formatRedrive({ ...none, ...change }, null)).toEqual(lines);
});

it.each<[started: JobRedriveResult['started'], job: string | null, line: string]>([
  ['nothing', 'j', 'import/a.csv, job j: done, nothing to resume'],
  ['run', 'j', 'import/a.csv, job j: resumed, run 2'],
  ['messages', 'j', 'import/a.csv, job j: not ended, sent new messages'],
  ['file', null, 'import/a.csv: queued'],
])('a redrive of one job prints what it started: %s', (started, job, line) => {
  const lines = formatJobRedrive({ job, key: 'import/a.csv', started, run: 2 }, 'loader');
  expect(lines[0]).toBe(line);
  expect(lines.slice(1)).toEqual(
    started === 'nothing' ? [] : ['function loader continues the load; csv2ddb status shows the progress'],
  );
});
