import { readFileSync } from 'node:fs';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { vi } from 'vitest';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import { installedFile } from '../install/installed.ts';
import { sendMessage, testEvent } from './messages.ts';
import { readPending, readSummaries, type Pending } from './read-state.ts';
import { addFunction, type FunctionOptions, type Pipeline, type PipelineFunction } from './pipeline.ts';

/** Reads the deployment package of the function from the installed csv2ddb. */
export function readFunctionZip(): Buffer {
  return readFileSync(installedFile('dist/lambda/function.zip'));
}

/**
 * Wraps the function in a module that kills its process in the middle of a call, once, when the file `die` appears in
 * the folder. The file `calls` in the folder grows by one byte per call.
 */
export function makeCrashingZip(folder: string): Buffer {
  const { 'index.mjs': code } = unzipSync(readFunctionZip());
  if (code === undefined) throw new Error('no index.mjs in the zip');
  const around = `
import { appendFileSync, existsSync, renameSync } from 'node:fs';
import { handler as loader } from './loader.mjs';
process.chdir(${JSON.stringify(folder)});
export async function handler(event, context) {
  appendFileSync('calls', '.');
  const watch = setInterval(() => {
    if (!existsSync('die')) return;
    renameSync('die', 'died');
    process.kill(process.pid, 'SIGKILL');
  }, 10);
  try {
    return await loader(event, context);
  } finally {
    clearInterval(watch);
  }
}`;
  return Buffer.from(zipSync({ 'loader.mjs': [code, { level: 1 }], 'index.mjs': strToU8(around) }));
}

/** Adds the loader function to a pipeline, with the environment that `provision` would set. */
export function addLoader(
  pipeline: Pipeline,
  options: Partial<FunctionOptions> & Pick<FunctionOptions, 'timeoutS'>,
): Promise<PipelineFunction> {
  const { table, bucket, queue, topic } = pipeline;
  return addFunction(pipeline, {
    zip: readFunctionZip(),
    ...options,
    env: {
      CSV2DDB_TABLE: table,
      CSV2DDB_BUCKET: bucket,
      CSV2DDB_QUEUE_URL: queue.url,
      ...(topic !== undefined && { CSV2DDB_NOTIFY: topic.arn }),
      ...options.env,
    },
  });
}

/** Waits until `jobs` jobs have ended and no message is left. Also returns what is still pending. */
export async function waitUntilEnded(
  pipeline: Pipeline,
  jobs: number,
  timeoutMs: number,
): Promise<{ summaries: JobSummary[]; pending: Pending }> {
  return vi.waitFor(
    async () => {
      const [summaries, pending] = [await readSummaries(pipeline), await readPending(pipeline)];
      if (summaries.length < jobs || pending.messages > 0) {
        const log = pipeline.ministack.log().slice(-3000);
        throw new Error(
          `${summaries.length} of ${jobs} jobs have ended, ${pending.messages} messages are left\n${JSON.stringify(summaries)}\n${log}`,
        );
      }
      return { summaries, pending };
    },
    { timeout: timeoutMs, interval: 250 },
  );
}

/** A line that says what became of a message. */
export interface LogLine {
  readonly time: string;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly receives: number;
  readonly seconds: number;
  readonly outcome?: string;
  readonly why?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly tasks?: readonly {
    readonly job?: string;
    readonly task?: number | 'cut';
    readonly outcome: string;
    readonly read?: number;
    readonly written?: number;
    readonly superseded?: number;
    readonly rejected?: number;
    readonly bytes?: number;
    readonly requests?: number;
    readonly summary?: JobSummary;
  }[];
}

/** A log line in CloudWatch's embedded metric format. */
export interface MetricsLine {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

/** The log of one call of the function. */
export interface FunctionCall {
  readonly messages: readonly LogLine[];
  readonly metrics: readonly MetricsLine[];
  /** All other lines. */
  readonly others: readonly object[];
}

/** Matches the lines of Lambda itself, including those about a process that ended in the middle of a call. */
const lambdaLine = /^(START|END|REPORT) RequestId: |^Worker process died$|^Task timed out after /;

/** Splits a log into calls. @throws SyntaxError if the function printed a line that is not JSON. */
export function parseCalls(log: readonly string[]): FunctionCall[] {
  const calls: { messages: LogLine[]; metrics: MetricsLine[]; others: object[] }[] = [];
  for (const line of log) {
    if (line.startsWith('START RequestId: ')) calls.push({ messages: [], metrics: [], others: [] });
    if (lambdaLine.test(line)) continue;
    const parsed = JSON.parse(line) as object;
    const call = calls.at(-1);
    if ('_aws' in parsed) call?.metrics.push(parsed as MetricsLine);
    else if ('message' in parsed && 'receives' in parsed) call?.messages.push(parsed as LogLine);
    else call?.others.push(parsed);
  }
  return calls;
}

/** Maximum number of processes that may have run a function. */
const processes = 4;

/**
 * Waits until the log covers enough messages, and returns the log of each call. ministack may print a call's last lines
 * only during the next call, so test events are sent to flush them; these are left out of the result. Lines of several
 * processes come in any order: their `time` gives the true order.
 * @param enough Number of messages, or a condition on them.
 */
export async function readCalls(
  pipeline: Pipeline,
  loader: PipelineFunction,
  enough: number | ((messages: readonly LogLine[]) => boolean),
): Promise<FunctionCall[]> {
  const isEnough = typeof enough === 'number' ? (messages: readonly LogLine[]) => messages.length >= enough : enough;
  return vi.waitFor(
    async () => {
      const calls = parseCalls(await loader.log()).map((call) => ({
        ...call,
        messages: call.messages.filter(({ outcome }) => outcome !== 'S3 test event'),
      }));
      const messages = calls.flatMap((call) => call.messages);
      if (!isEnough(messages)) {
        // Concurrently, so that every process that ran the function flushes its lines.
        await Promise.all(Array.from({ length: processes }, () => sendMessage(pipeline, testEvent)));
        throw new Error(`the log does not cover all messages yet: ${JSON.stringify(messages)}`);
      }
      return calls.filter((call) => call.messages.length + call.metrics.length + call.others.length > 0);
    },
    { timeout: 20_000, interval: 1000 },
  );
}
