import type { JobState } from '../../../src/pipeline/state/job.ts';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import type { TaskState } from '../../../src/pipeline/state/task.ts';
import { jsonLines } from '../json-lines.ts';
import type { Pipeline } from './pipeline.ts';

/** Reads the summaries of all ended jobs, sorted by object key. */
export async function readSummaries(pipeline: Pipeline): Promise<JobSummary[]> {
  const summaries = await statesOf<JobSummary>(pipeline, (name) => name.includes('/summary-'));
  return summaries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Reads the summary of the only job of an object. @throws Error if there is not exactly one. */
export async function readSummary(pipeline: Pipeline, key: string): Promise<JobSummary> {
  const [summary, ...others] = (await readSummaries(pipeline)).filter((one) => one.key === key);
  if (summary === undefined || others.length > 0) {
    throw new Error(`${key} has ${others.length + (summary === undefined ? 0 : 1)} summaries, expected 1`);
  }
  return summary;
}

/** Returns how many records a summary accounts for. */
export function countAccounted({ written, superseded, skipped, filtered, rejected }: JobSummary): number {
  return written + superseded + skipped + filtered + rejected;
}

/** Reads the states of all jobs, including those that have not ended. */
export function readJobs(pipeline: Pipeline): Promise<JobState[]> {
  return statesOf<JobState>(pipeline, (name) => name.endsWith('/job'));
}

/** Reads the task states of all jobs. */
export function readTasks(pipeline: Pipeline): Promise<TaskState[]> {
  return statesOf<TaskState>(pipeline, (name) => name.includes('/tasks/'));
}

async function statesOf<T>(pipeline: Pipeline, isOne: (name: string) => boolean): Promise<T[]> {
  const names = (await pipeline.list('state/jobs/')).filter(isOne);
  const texts = await Promise.all(names.map((name) => pipeline.getText(name)));
  return texts.map((text) => (JSON.parse(text) as { readonly state: T }).state);
}

/** Remaining work of a pipeline. There is none after its jobs have ended. */
export interface Pending {
  readonly messages: number;
  readonly deadLetters: number;
  readonly open: readonly string[];
}

export const nothingPending: Pending = { messages: 0, deadLetters: 0, open: [] };

export async function readPending(pipeline: Pipeline): Promise<Pending> {
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

/** Receives the summaries that were published to the topic, with the subjects of their messages. */
export async function receivePublished(pipeline: Pipeline): Promise<{ subject: string; summary: JobSummary }[]> {
  if (pipeline.topic === undefined) throw new Error('the pipeline has no topic');
  const messages = await pipeline.receiveAll(pipeline.topic.queue.url);
  return messages.map(({ Body = '' }) => {
    const { Subject: subject, Message: message } = JSON.parse(Body) as Record<'Subject' | 'Message', string>;
    return { subject, summary: JSON.parse(message.split('\n').at(-1) ?? '') as JobSummary };
  });
}

/** Why a record was rejected, and its position in the file. */
export interface RejectReason {
  readonly file: string;
  readonly record: number;
  readonly line: number;
  readonly offset: number;
  readonly code: string;
  readonly reason: string;
}

/** A rejects file in the bucket, with the file of reasons next to it. */
export interface Rejects {
  readonly text: string;
  readonly reasons: readonly RejectReason[];
}

/** Reads rejects files. @param places Keys or `s3://` URLs, such as the `rejectsFile` of a summary. */
export function readRejects(
  pipeline: Pipeline,
  places: JobSummary['rejectsFile'] | readonly string[],
): Promise<Rejects[]> {
  const keys = [places ?? []].flat().map((place) => place.replace(`s3://${pipeline.bucket}/`, ''));
  return Promise.all(
    keys.map(async (key) => {
      const [text, reasons] = [await pipeline.getText(key), await pipeline.getText(`${key}.jsonl`)];
      return { text, reasons: jsonLines<RejectReason>(reasons) };
    }),
  );
}
