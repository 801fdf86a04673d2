import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { vi } from 'vitest';
import type { JobSummary } from '../../../src/pipeline/state/job-end.ts';
import { sendMessage, testEvent } from './messages.ts';
import { pendingOf, summariesOf, type Pending } from './outcome.ts';
import { addFunction, type FunctionOptions, type Pipeline, type PipelineFunction } from './pipeline.ts';

const zipFile = fileURLToPath(new URL('../../../dist/lambda/function.zip', import.meta.url));

/** The function as it is deployed. Expects `dist/` to be there (`npm run build`). */
export function functionZip(): Buffer {
  return readFileSync(zipFile);
}

/**
 * The same function, and a module around it: its process ends, as nothing else can end it, in the middle of a call when
 * `die` appears in the folder, once. `calls` there has a byte for each call.
 */
export function zipThatDies(folder: string): Buffer {
  const { 'index.mjs': code } = unzipSync(functionZip());
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

/** Puts the loader behind the queue of a pipeline; its environment is as csv2ddb's own provisioning would have it. */
export function addLoader(
  pipeline: Pipeline,
  options: Partial<FunctionOptions> & Pick<FunctionOptions, 'timeoutS'>,
): Promise<PipelineFunction> {
  const { table, bucket, queue, topic } = pipeline;
  return addFunction(pipeline, {
    zip: functionZip(),
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

/** Waits until so many jobs have ended and no message is left; what the pipeline then still has in its hands comes with them. */
export async function untilEnded(
  pipeline: Pipeline,
  jobs: number,
  timeoutMs: number,
): Promise<{ summaries: JobSummary[]; pending: Pending }> {
  return vi.waitFor(
    async () => {
      const [summaries, pending] = [await summariesOf(pipeline), await pendingOf(pipeline)];
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

/** A line that CloudWatch makes metrics from. */
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

/** What one call of the function printed. */
export interface Call {
  readonly messages: readonly LogLine[];
  readonly metrics: readonly MetricsLine[];
  /** Lines that are neither. */
  readonly others: readonly object[];
}

/** What Lambda itself prints, also where a process ended in the middle of a call. */
const ofLambda = /^(START|END|REPORT) RequestId: |^Worker process died$|^Task timed out after /;

/** @throws SyntaxError where the function printed a line that is no JSON */
export function callsIn(log: readonly string[]): Call[] {
  const calls: { messages: LogLine[]; metrics: MetricsLine[]; others: object[] }[] = [];
  for (const line of log) {
    if (line.startsWith('START RequestId: ')) calls.push({ messages: [], metrics: [], others: [] });
    if (ofLambda.test(line)) continue;
    const said = JSON.parse(line) as object;
    const call = calls.at(-1);
    if ('_aws' in said) call?.metrics.push(said as MetricsLine);
    else if ('message' in said && 'receives' in said) call?.messages.push(said as LogLine);
    else call?.others.push(said);
  }
  return calls;
}

/** So many of them may have run a function. */
const processes = 4;

/**
 * What the calls of a function printed, once they say of enough messages what became of them. Lambda's emulator may leave
 * a call's last lines to the next one: messages that ask for nothing are sent for that, and are not among what comes back.
 * Several processes come out with their lines in any order: `time` in them says which was first.
 * @param enough so many messages, or what they must tell together.
 */
export async function callsOf(
  pipeline: Pipeline,
  loader: PipelineFunction,
  enough: number | ((told: readonly LogLine[]) => boolean),
): Promise<Call[]> {
  const isEnough = typeof enough === 'number' ? (told: readonly LogLine[]) => told.length >= enough : enough;
  return vi.waitFor(
    async () => {
      const calls = callsIn(await loader.log()).map((call) => ({
        ...call,
        messages: call.messages.filter(({ outcome }) => outcome !== 'S3 test event'),
      }));
      const told = calls.flatMap((call) => call.messages);
      if (!isEnough(told)) {
        // At the same time: each of several processes that ran the function has lines of its own to come out with.
        await Promise.all(Array.from({ length: processes }, () => sendMessage(pipeline, testEvent)));
        throw new Error(`the log does not tell of all messages yet: ${JSON.stringify(told)}`);
      }
      return calls.filter((call) => call.messages.length + call.metrics.length + call.others.length > 0);
    },
    { timeout: 20_000, interval: 1000 },
  );
}
