import { LoaderError } from '../../errors.ts';
import type { MessageOutcome } from './handle-message.ts';
import { toFailure } from '../state/failure.ts';
import { addTotals, zeroTotals, type RangeTotals } from '../state/totals.ts';

/** A report on a handled message. */
export interface MessageReport {
  readonly id: string;
  /** Number of receives, including this one. */
  readonly receives: number;
  readonly seconds: number;
  readonly outcome: MessageOutcome;
  /** Missing permission to change the message in the queue. The outcome is the same, but every message takes longer. */
  readonly denied?: LoaderError | undefined;
}

/** Keeps the first missing permission among queue calls. Their other errors are ignored: they only cost time. */
export class Refusals {
  denied: LoaderError | undefined;

  async watch(call: Promise<void>): Promise<void> {
    await call.catch((error: unknown) => {
      if (error instanceof LoaderError && error.code === 'ACCESS_DENIED') this.denied ??= error;
    });
  }
}

/** Formats the log entry of a message as one line of JSON. */
export function formatLogLine({ id, receives, seconds, outcome, denied }: MessageReport, nowMs: number): string {
  return JSON.stringify({
    time: new Date(nowMs).toISOString(),
    level: denied === undefined ? chooseLevel(outcome) : 'error',
    message: id,
    receives,
    seconds,
    denied: denied && toFailure(denied),
    ...formatOutcome(outcome),
  });
}

function formatOutcome(outcome: MessageOutcome): object {
  switch (outcome.kind) {
    case 'failed':
      return { outcome: 'failed, will be retried', error: toFailure(outcome.error) };
    case 'alien':
      return { outcome: 'not for this pipeline, returned to the queue', why: outcome.why };
    case 'handled': {
      const tasks = outcome.handled.map(({ work, summary, ...task }) => ({
        ...task,
        ...(work !== undefined && selectCounts(work)),
        summary,
      }));
      return { outcome: outcome.note, tasks: tasks.length > 0 ? tasks : undefined };
    }
  }
}

function chooseLevel(outcome: MessageOutcome): 'info' | 'warn' | 'error' {
  if (outcome.kind === 'failed') return 'error';
  if (outcome.kind === 'alien') return 'warn';
  return outcome.handled.some(({ summary }) => summary !== undefined && summary.exitStatus > 0) ? 'warn' : 'info';
}

function selectCounts({ counts, bytes, writeUnits, requests, throttledRequests, retries }: RangeTotals) {
  return { ...counts, bytes, writeUnits, requests, throttledRequests, retries };
}

/**
 * Formats the metrics of a message in CloudWatch's embedded metric format; undefined if it has none.
 * Source: CloudWatch User Guide, "Specification: Embedded metric format".
 */
export function formatMetricsLine(
  { seconds, outcome }: MessageReport,
  table: string,
  nowMs: number,
): string | undefined {
  if (outcome.kind !== 'handled') return undefined;
  const works = outcome.handled.map(({ work }) => work).filter((work) => work !== undefined);
  const ended = outcome.handled.map(({ summary }) => summary).filter((summary) => summary !== undefined);
  if (works.length === 0 && ended.length === 0) return undefined;
  const { counts, bytes, writeUnits, requests, throttledRequests } = works.reduce(addTotals, zeroTotals);
  const metrics: [name: string, unit: string, value: number][] = [
    ['RecordsRead', 'Count', counts.read],
    ['RecordsWritten', 'Count', counts.written],
    ['RecordsRejected', 'Count', counts.rejected],
    ['Bytes', 'Bytes', bytes],
    ['WriteUnits', 'Count', writeUnits ?? 0],
    ['Requests', 'Count', requests],
    ['ThrottledRequests', 'Count', throttledRequests],
    ['Seconds', 'Seconds', seconds],
    ['JobsDone', 'Count', ended.filter(({ exitStatus }) => exitStatus === 0).length],
    ['JobsWithRejects', 'Count', ended.filter(({ exitStatus }) => exitStatus === 1).length],
    // Replacing an object is not a failure.
    ['JobsReplaced', 'Count', ended.filter(({ state }) => state === 'replaced').length],
    ['JobsFailed', 'Count', ended.filter(({ exitStatus, state }) => exitStatus > 1 && state !== 'replaced').length],
  ];
  const definitions = metrics.map(([Name, Unit]) => ({ Name, Unit }));
  const directives = [{ Namespace: 'csv2ddb', Dimensions: [['Table']], Metrics: definitions }];
  const values = Object.fromEntries(metrics.map(([name, , value]) => [name, value]));
  return JSON.stringify({ _aws: { Timestamp: nowMs, CloudWatchMetrics: directives }, Table: table, ...values });
}
