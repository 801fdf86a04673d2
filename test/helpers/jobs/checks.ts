import { isDeepStrictEqual } from 'node:util';
import { jobName, openFolder, summaryName } from '../../../src/pipeline/bucket/keys.ts';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import type { JobState } from '../../../src/pipeline/state/job.ts';
import { mostRejects } from './loader.ts';
import type { Story } from './story.ts';
import { differenceOf, truthOf } from './watch/truth.ts';

/** What is not so that should be, once all jobs have ended. */
export function problemsOf(story: Story): string[] {
  return [
    ...story.cloud.list(openFolder).map((name) => `${name}: a job that has not ended`),
    ...summaryProblems(story),
    ...tableProblems(story),
    ...story.plan.keys.flatMap((key) => newestProblems(story, key)),
  ];
}

/** Each job that a head has named has told the end of each of its runs, once. */
function* summaryProblems({ cloud }: Story): Iterable<string> {
  const byRun = new Map<string, JobSummary>();
  for (const summary of cloud.published) {
    const name = summaryName(summary.job, summary.run);
    const before = byRun.get(name) ?? summary;
    if (!isDeepStrictEqual(before, summary)) yield `two summaries ${name}`;
    byRun.set(name, summary);
  }
  for (const id of cloud.watch.everNamed) {
    const job = cloud.state<JobState>(jobName(id));
    if (job?.isPublished !== true) yield `job ${id} has not ended`;
    for (let run = job?.run ?? 0; run > 0; run--) {
      if (!byRun.has(summaryName(id, run))) yield `no summary of run ${run} of ${id}`;
    }
  }
}

/** Nothing stands there but what was there before, and what somebody put. */
function* tableProblems({ cloud }: Story): Iterable<string> {
  const known = new Set(['of somebody else untouched']);
  for (const { records } of cloud.versions) for (const { key, value } of records) known.add(`${key} ${value}`);
  for (const [key, value] of cloud.table) if (!known.has(`${key} ${value}`)) yield `item ${key} is ${value}`;
  if (cloud.table.get('of somebody else') !== 'untouched') yield 'an item of somebody else is touched';
}

/** The newest version stands in the table as if it had been loaded alone, after all others. */
function newestProblems({ cloud }: Story, key: string): string[] {
  const versions = cloud.versions.filter(({ object }) => object.key === key);
  const newest = versions.at(-1);
  // One that is the newest again, because another was deleted, is loaded by who asks for it.
  if (newest === undefined || versions.some(({ isDeleted }) => isDeleted)) return [];
  const { records, job } = newest;
  // What an earlier run came to may be told again, by somebody who is late.
  const run = cloud.state<JobState>(jobName(job))?.run;
  const summary = cloud.published.find((one) => one.job === job && one.run === run);
  const isDeleted = cloud.newest(key) === undefined;
  if (isDeleted && (summary === undefined || summary.state === 'gone')) return [];
  const truth = truthOf(records, 0, records.length);
  if (truth.rejected > mostRejects && summary?.state === 'rejects') return [];
  if (summary?.state !== 'done') return [`the newest of ${key} ends as ${String(summary?.state)}`];
  const wrong = differenceOf(summary, truth);
  const last = new Map(records.filter(({ kind }) => kind !== 'bad').map((record) => [record.key, record.value]));
  const items = [...last].filter(([name, value]) => cloud.table.get(name) !== value);
  const wrongItems = items.map(([name, value]) => `item ${name} is ${cloud.table.get(name)}, not ${value}`);
  return wrong === undefined ? wrongItems : [wrong, ...wrongItems];
}
