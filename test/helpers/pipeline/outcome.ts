import type { JobState } from '../../../src/pipeline/state/job.ts';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import type { TaskState } from '../../../src/pipeline/state/task.ts';
import { jsonLines } from '../json-lines.ts';
import type { Pipeline } from './pipeline.ts';

/** Summaries of all jobs that have ended, in the order of their objects' keys. */
export async function summariesOf(pipeline: Pipeline): Promise<JobSummary[]> {
  const summaries = await statesOf<JobSummary>(pipeline, (name) => name.includes('/summary-'));
  return summaries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** The summary of the one job that an object has had. */
export async function summaryFor(pipeline: Pipeline, key: string): Promise<JobSummary> {
  const [summary, ...others] = (await summariesOf(pipeline)).filter((one) => one.key === key);
  if (summary === undefined || others.length > 0) {
    throw new Error(`${key} has ${others.length + (summary === undefined ? 0 : 1)} summaries, one was expected`);
  }
  return summary;
}

/** How many records a summary accounts for, one way or another. */
export function accountedFor({ written, superseded, skipped, filtered, rejected }: JobSummary): number {
  return written + superseded + skipped + filtered + rejected;
}

/** States of all jobs, also of those that have not ended. */
export function jobsOf(pipeline: Pipeline): Promise<JobState[]> {
  return statesOf<JobState>(pipeline, (name) => name.endsWith('/job'));
}

/** States of the tasks of all jobs. */
export function tasksOf(pipeline: Pipeline): Promise<TaskState[]> {
  return statesOf<TaskState>(pipeline, (name) => name.includes('/tasks/'));
}

async function statesOf<T>(pipeline: Pipeline, isOne: (name: string) => boolean): Promise<T[]> {
  const names = (await pipeline.list('state/jobs/')).filter(isOne);
  const texts = await Promise.all(names.map((name) => pipeline.getText(name)));
  return texts.map((text) => (JSON.parse(text) as { readonly state: T }).state);
}

/** What a pipeline has in its hands: nothing of all that, once its jobs have ended. */
export interface Pending {
  readonly messages: number;
  readonly deadLetters: number;
  readonly open: readonly string[];
}

export const nothingPending: Pending = { messages: 0, deadLetters: 0, open: [] };

export async function pendingOf(pipeline: Pipeline): Promise<Pending> {
  const countOf = async (url: string): Promise<number> => {
    const { visible, inFlight, delayed } = await pipeline.depth(url);
    return visible + inFlight + delayed;
  };
  return {
    messages: await countOf(pipeline.queue.url),
    deadLetters: await countOf(pipeline.deadLetters.url),
    open: await pipeline.list('state/open/'),
  };
}

/** Summaries that the topic was told, with what stood around them. */
export async function published(pipeline: Pipeline): Promise<{ subject: string; summary: JobSummary }[]> {
  if (pipeline.topic === undefined) throw new Error('the pipeline has no topic');
  const messages = await pipeline.receiveAll(pipeline.topic.queue.url);
  return messages.map(({ Body = '' }) => {
    const { Subject: subject, Message: message } = JSON.parse(Body) as Record<'Subject' | 'Message', string>;
    return { subject, summary: JSON.parse(message.split('\n').at(-1) ?? '') as JobSummary };
  });
}

/** Why a record was rejected, and where it stood in its file. */
export interface Reason {
  readonly file: string;
  readonly record: number;
  readonly line: number;
  readonly offset: number;
  readonly code: string;
  readonly reason: string;
}

/** An object of rejected records, with the reasons that stand beside it. */
export interface Rejects {
  readonly text: string;
  readonly reasons: readonly Reason[];
}

/** Objects of rejected records. @param places keys or `s3://` addresses, such as `rejectsFile` of a summary */
export function rejectsAt(
  pipeline: Pipeline,
  places: JobSummary['rejectsFile'] | readonly string[],
): Promise<Rejects[]> {
  const keys = [places ?? []].flat().map((place) => place.replace(`s3://${pipeline.bucket}/`, ''));
  return Promise.all(
    keys.map(async (key) => {
      const [text, reasons] = [await pipeline.getText(key), await pipeline.getText(`${key}.jsonl`)];
      return { text, reasons: jsonLines<Reason>(reasons) };
    }),
  );
}
