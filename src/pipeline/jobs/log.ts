import { LoaderError } from '../../errors.ts';
import type { Delivered } from './handle-message.ts';
import { failureOf } from '../state/failure.ts';
import { addParts, emptyPart, type Part } from '../state/totals.ts';

/** What was done with a message, and what it took. */
export interface Message {
  readonly id: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  readonly seconds: number;
  readonly outcome: Delivered;
  /** What it was not allowed to do with the message itself. That changes nothing of the outcome, but every message will take longer. */
  readonly denied?: LoaderError | undefined;
}

/** Collects the first refusal among what is done with a message; what else goes wrong there only takes time. */
export class Refusals {
  denied: LoaderError | undefined;

  async watch(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      if (error instanceof LoaderError && error.code === 'ACCESS_DENIED') this.denied ??= error;
    });
  }
}

/** One line of JSON for each message, for those who search logs. */
export function logLine({ id, receives, seconds, outcome, denied }: Message, nowMs: number): string {
  return JSON.stringify({
    time: new Date(nowMs).toISOString(),
    level: denied === undefined ? levelOf(outcome) : 'error',
    message: id,
    receives,
    seconds,
    denied: denied && failureOf(denied),
    ...fieldsOf(outcome),
  });
}

function fieldsOf(outcome: Delivered): object {
  switch (outcome.kind) {
    case 'failed':
      return { outcome: 'failed, comes back', error: failureOf(outcome.error) };
    case 'alien':
      return { outcome: 'none of ours, given back', why: outcome.why };
    case 'handled': {
      const tasks = outcome.handled.map(({ work, summary, ...task }) => ({
        ...task,
        ...(work !== undefined && countsOf(work)),
        summary,
      }));
      return { outcome: outcome.note, tasks: tasks.length > 0 ? tasks : undefined };
    }
  }
}

function levelOf(outcome: Delivered): 'info' | 'warn' | 'error' {
  if (outcome.kind === 'failed') return 'error';
  if (outcome.kind === 'alien') return 'warn';
  return outcome.handled.some(({ summary }) => summary !== undefined && summary.exitStatus > 0) ? 'warn' : 'info';
}

function countsOf({ counts, bytes, writeUnits, requests, throttledRequests, retries }: Part) {
  return { ...counts, bytes, writeUnits, requests, throttledRequests, retries };
}

/**
 * What a message added, as CloudWatch's embedded metric format has it; undefined where it added nothing.
 * Source: CloudWatch User Guide, "Specification: Embedded metric format".
 */
export function metricsLine({ seconds, outcome }: Message, table: string, nowMs: number): string | undefined {
  if (outcome.kind !== 'handled') return undefined;
  const works = outcome.handled.map(({ work }) => work).filter((work) => work !== undefined);
  const ended = outcome.handled.map(({ summary }) => summary).filter((summary) => summary !== undefined);
  if (works.length === 0 && ended.length === 0) return undefined;
  const { counts, bytes, writeUnits, requests, throttledRequests } = works.reduce(addParts, emptyPart);
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
    // Somebody put the object again: that is no failure.
    ['JobsReplaced', 'Count', ended.filter(({ state }) => state === 'replaced').length],
    ['JobsFailed', 'Count', ended.filter(({ exitStatus, state }) => exitStatus > 1 && state !== 'replaced').length],
  ];
  const definitions = metrics.map(([Name, Unit]) => ({ Name, Unit }));
  const told = [{ Namespace: 'csv2ddb', Dimensions: [['Table']], Metrics: definitions }];
  const values = Object.fromEntries(metrics.map(([name, , value]) => [name, value]));
  return JSON.stringify({ _aws: { Timestamp: nowMs, CloudWatchMetrics: told }, Table: table, ...values });
}
