import { exitStatus } from '../errors.ts';
import type { Progress, Summary } from './summary.ts';
import { toldError } from './summary-error.ts';
import { emptyLedger } from './settle/ledger.ts';
import type { Source } from './source/source.ts';
import type { Run } from './run-state.ts';
import type { Sink } from './sink.ts';

/** A look at a load under way. */
export function look(run: Run, { ledger, writer }: Sink): Progress {
  const { sources } = run.dependencies;
  const { waitsFor } = writer;
  const waiting = waitsFor === undefined ? 'loading' : waitsFor.isThrottle ? 'throttled' : 'retrying';
  const at = Math.min(ledger.source, sources.length - 1);
  return {
    ...ledger.counts,
    ...writer.traffic,
    state: run.cancellation.reason === undefined ? waiting : 'stopping',
    waitsFor: waitsFor && (waitsFor.by ?? waitsFor.code),
    source: sources[at]?.name ?? '',
    sourceNumber: at + 1,
    sources: sources.length,
    bytes: ledger.bytes,
    done: doneOf(sources, ledger.source, ledger.position.offset),
    acknowledged: writer.acknowledged,
  };
}

/** Share of the stored bytes of all sources that lies before an offset in one of them; undefined where a size is unknown. */
function doneOf(sources: readonly Source[], index: number, offset: number): number | undefined {
  let total = 0;
  let before = sources[index]?.storedOffset(offset) ?? 0;
  for (const [at, { storedBytes }] of sources.entries()) {
    if (storedBytes === undefined) return undefined;
    total += storedBytes;
    if (at < index) before += storedBytes;
  }
  return total === 0 ? 1 : Math.min(1, before / total);
}

/** The last word on a load. */
export function summarize(run: Run, endedMs = performance.now()): Summary {
  const { settings, cancellation, job, sink } = run;
  const start = job?.from ?? emptyLedger;
  const counts = sink?.ledger.counts ?? start.counts;
  const seconds = (endedMs - run.startedMs) / 1000;
  const traffic = sink?.writer.traffic;
  const paths = sink?.rejects.paths ?? job?.from?.rejects.map((file) => file.path) ?? [];
  return {
    table: settings.table,
    sources: run.dependencies.sources.map((source) => source.name),
    ...counts,
    items: counts.written,
    ahead: cancellation.reason === undefined ? 0 : (sink?.ahead ?? 0),
    seconds: Math.round(seconds * 1000) / 1000,
    recordsPerSecond: Math.round((counts.read - start.counts.read) / Math.max(seconds, 0.001)),
    bytes: sink?.ledger.bytes ?? start.bytesBefore + start.position.offset,
    writeUnits: traffic?.writeUnits ?? null,
    requests: traffic?.requests ?? 0,
    throttledRequests: traffic?.throttledRequests ?? 0,
    unprocessedItems: traffic?.unprocessedItems ?? 0,
    retries: traffic?.retries ?? 0,
    rejectsFile: paths.length > 1 ? paths : (paths[0] ?? null),
    checkpoint: job?.saved === true ? job.checkpoint : null,
    resumed: job?.from !== undefined,
    exitStatus: cancellation.reason?.exitStatus ?? (counts.rejected > 0 ? exitStatus.rejects : exitStatus.done),
    error: cancellation.reason === undefined ? null : toldError(cancellation.reason),
  };
}
