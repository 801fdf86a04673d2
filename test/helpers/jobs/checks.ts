import { isDeepStrictEqual } from 'node:util';
import { jobKey, openJobsFolder, summaryKey } from '../../../src/pipeline/bucket/keys.ts';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import type { JobState } from '../../../src/pipeline/state/job.ts';
import { foreignKey } from './cloud.ts';
import { maxRejects } from './loader.ts';
import type { Scenario } from './scenario.ts';
import { describeDifference, countRecords } from './invariants/record-counts.ts';

/** Describes what is wrong after all jobs have ended. Empty if all is as expected. */
export function findProblems(story: Scenario): string[] {
  return [
    ...story.cloud.list(openJobsFolder).map((name) => `${name}: the job has not ended`),
    ...summaryProblems(story),
    ...tableProblems(story),
    ...story.plan.keys.flatMap((key) => newestProblems(story, key)),
  ];
}

/** Every job that was ever a latest version must have exactly one summary for each of its runs. */
function* summaryProblems({ cloud }: Scenario): Iterable<string> {
  const byRun = new Map<string, JobSummary>();
  for (const summary of cloud.published) {
    const name = summaryKey(summary.job, summary.run);
    const before = byRun.get(name) ?? summary;
    if (!isDeepStrictEqual(before, summary)) yield `summary ${name} was published with two contents`;
    byRun.set(name, summary);
  }
  for (const id of cloud.invariants.knownJobs) {
    const job = cloud.state<JobState>(jobKey(id));
    if (job?.isPublished !== true) yield `job ${id} has not ended`;
    for (let run = job?.run ?? 0; run > 0; run--) {
      if (!byRun.has(summaryKey(id, run))) yield `no summary of run ${run} of ${id}`;
    }
  }
}

/** The table may contain only the item from before the test and items of the uploaded records. */
function* tableProblems({ cloud }: Scenario): Iterable<string> {
  const known = new Set([`${foreignKey} untouched`]);
  for (const { records } of cloud.versions) for (const { key, value } of records) known.add(`${key} ${value}`);
  for (const [key, value] of cloud.table) if (!known.has(`${key} ${value}`)) yield `item ${key} is ${value}`;
  if (cloud.table.get(foreignKey) !== 'untouched') yield 'an item that is not from a file was changed';
}

/** The table must look as if the newest version had been loaded alone, after all others. */
function newestProblems({ cloud }: Scenario, key: string): string[] {
  const versions = cloud.versions.filter(({ object }) => object.key === key);
  const newest = versions.at(-1);
  // A version that became the newest because another was deleted is loaded only on request.
  if (newest === undefined || versions.some(({ isDeleted }) => isDeleted)) return [];
  const { records, job } = newest;
  // A delayed process may publish the summary of an earlier run again.
  const run = cloud.state<JobState>(jobKey(job))?.run;
  const summary = cloud.published.find((one) => one.job === job && one.run === run);
  const isDeleted = cloud.newest(key) === undefined;
  if (isDeleted && (summary === undefined || summary.state === 'gone')) return [];
  const expected = countRecords(records, 0, records.length);
  if (expected.rejected > maxRejects && summary?.state === 'rejects') return [];
  if (summary?.state !== 'done') return [`the newest version of ${key} ended as ${String(summary?.state)}`];
  const wrong = describeDifference(summary, expected);
  const last = new Map(records.filter(({ kind }) => kind !== 'bad').map((record) => [record.key, record.value]));
  const items = [...last].filter(([name, value]) => cloud.table.get(name) !== value);
  const wrongItems = items.map(([name, value]) => `item ${name} is ${cloud.table.get(name)}, not ${value}`);
  return wrong === undefined ? wrongItems : [wrong, ...wrongItems];
}
