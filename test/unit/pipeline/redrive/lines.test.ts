import { expect, it } from 'vitest';
import type { Started } from '../../../../src/pipeline/redrive/everything.ts';
import { startedLines, startedOneLines } from '../../../../src/pipeline/redrive/lines.ts';
import type { StartedOne } from '../../../../src/pipeline/redrive/one.ts';

const nothing: Started = { deadLetters: 0, alienDeadLetters: 0, open: 0, failed: [], files: [], forgotten: 0 };
const worker = 'csv2ddb worker loads what was started; csv2ddb status shows how it goes';

it.each<[title: string, change: Partial<Started>, lines: string[]]>([
  ['nothing', {}, ['nothing is to be started again']],
  [
    'nothing but what is left alone',
    { alienDeadLetters: 1, forgotten: 2 },
    [
      'nothing is to be started again',
      "1 dead letter that is none of csv2ddb's: left alone",
      '2 files older than 28 days: whether they were loaded is not known any more; name one to load it',
    ],
  ],
  [
    'all there is',
    { deadLetters: 2, open: 1, failed: [{ job: 'j', key: 'import/a.csv', run: 2 }], files: ['import/b\u0007.csv'] },
    [
      'sent 2 dead letters to the queue again',
      'sent the messages of 1 job again that had not ended',
      'started 1 job again that had failed:',
      '  import/a.csv, job j, run 2',
      'sent for 1 file that no job was of:',
      '  import/b?.csv',
      worker,
    ],
  ],
  [
    'more than anybody reads',
    { files: Array.from({ length: 23 }, (_, at) => `import/${at}.csv`) },
    [
      'sent for 23 files that no job was of:',
      ...Array.from({ length: 20 }, (_, at) => `  import/${at}.csv`),
      '  and 3 more',
      worker,
    ],
  ],
])('a redrive of everything says what it started: %s', (_, change, lines) => {
  expect(startedLines({ ...nothing, ...change }, null)).toEqual(lines);
});

it.each<[started: StartedOne['started'], job: string | null, line: string]>([
  ['nothing', 'j', 'import/a.csv, job j: done, nothing is to be started again'],
  ['run', 'j', 'import/a.csv, job j: started again, run 2'],
  ['messages', 'j', 'import/a.csv, job j: not ended; its messages were sent again'],
  ['file', null, 'import/a.csv: sent for'],
])('a redrive of one job says what it started: %s', (started, job, line) => {
  const lines = startedOneLines({ job, key: 'import/a.csv', started, run: 2 }, 'loader');
  expect(lines[0]).toBe(line);
  expect(lines.slice(1)).toEqual(
    started === 'nothing' ? [] : ['function loader loads what was started; csv2ddb status shows how it goes'],
  );
});
