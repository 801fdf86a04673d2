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
  /** What it came to, or what was thrown. */
  readonly outcome: Delivered | { readonly kind: 'failed'; readonly error: unknown };
  /** What it was not allowed to do with the message itself. That changes nothing of the outcome, but every message will take longer. */
  readonly denied?: LoaderError;
}

/** Collects the first refusal among what is done with a message; what else goes wrong there only takes time. */
export class Refusals {
  #first: LoaderError | undefined;

  async watch(work: Promise<void>): Promise<void> {
    await work.catch((error: unknown) => {
      if (error instanceof LoaderError && error.code === 'ACCESS_DENIED') this.#first ??= error;
    });
  }

  /** For a `Message`. */
  get told(): Pick<Message, 'denied'> {
    return this.#first === undefined ? {} : { denied: this.#first };
  }
}

/** One line of JSON for each message, for those who search logs. */
export function logLine({ id, receives, seconds, outcome, denied }: Message, nowMs: number): string {
  const head = {
    ...{ time: new Date(nowMs).toISOString(), level: denied === undefined ? levelOf(outcome) : 'error' },
    ...{ message: id, receives, seconds },
    ...(denied !== undefined && { denied: failureOf(denied) }),
  };
  switch (outcome.kind) {
    case 'failed':
      return JSON.stringify({ ...head, outcome: 'failed, comes back', error: failureOf(outcome.error) });
    case 'alien':
      return JSON.stringify({ ...head, outcome: 'none of ours, given back', why: outcome.why });
    case 'handled':
      return JSON.stringify({
        ...head,
        ...(outcome.note !== undefined && { outcome: outcome.note }),
        ...(outcome.handled.length > 0 && {
          tasks: outcome.handled.map(({ job, task, outcome: what, work, summary }) => ({
            ...{ job, task, outcome: what },
            ...(work !== undefined && countsOf(work)),
            ...(summary !== undefined && { summary }),
          })),
        }),
      });
  }
}

function levelOf(outcome: Message['outcome']): 'info' | 'warn' | 'error' {
  if (outcome.kind === 'failed') return 'error';
  if (outcome.kind === 'alien') return 'warn';
  return outcome.handled.some(({ summary }) => summary !== undefined && summary.exitStatus > 0) ? 'warn' : 'info';
}

function countsOf({ counts, bytes, writeUnits, requests, throttledRequests, retries }: Part) {
  return { ...counts, bytes, writeUnits, requests, throttledRequests, retries };
}

/** Metrics, as the lines that CloudWatch makes them from name them. */
const metrics = [
  { Name: 'RecordsRead', Unit: 'Count' },
  { Name: 'RecordsWritten', Unit: 'Count' },
  { Name: 'RecordsRejected', Unit: 'Count' },
  { Name: 'Bytes', Unit: 'Bytes' },
  { Name: 'WriteUnits', Unit: 'Count' },
  { Name: 'Requests', Unit: 'Count' },
  { Name: 'ThrottledRequests', Unit: 'Count' },
  { Name: 'Seconds', Unit: 'Seconds' },
  { Name: 'JobsDone', Unit: 'Count' },
  { Name: 'JobsWithRejects', Unit: 'Count' },
  { Name: 'JobsReplaced', Unit: 'Count' },
  { Name: 'JobsFailed', Unit: 'Count' },
] as const;

type Metrics = Record<(typeof metrics)[number]['Name'], number>;

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
  const values: Metrics = {
    RecordsRead: counts.read,
    RecordsWritten: counts.written,
    RecordsRejected: counts.rejected,
    Bytes: bytes,
    WriteUnits: writeUnits ?? 0,
    Requests: requests,
    ThrottledRequests: throttledRequests,
    Seconds: seconds,
    JobsDone: ended.filter(({ exitStatus }) => exitStatus === 0).length,
    JobsWithRejects: ended.filter(({ exitStatus }) => exitStatus === 1).length,
    // Somebody put the object again: that is no failure.
    JobsReplaced: ended.filter(({ state }) => state === 'replaced').length,
    JobsFailed: ended.filter(({ exitStatus, state }) => exitStatus > 1 && state !== 'replaced').length,
  };
  const told = [{ Namespace: 'csv2ddb', Dimensions: [['Table']], Metrics: metrics }];
  return JSON.stringify({ _aws: { Timestamp: nowMs, CloudWatchMetrics: told }, Table: table, ...values });
}
