import type { Progress, Summary } from './summary.ts';
import { makeSummary } from './make-summary.ts';
import { toSummaryError } from './summary-error.ts';
import { emptyLedger } from './settle/ledger.ts';
import type { Source } from './source/source.ts';
import type { Run } from './run-state.ts';
import type { Sink } from './sink.ts';

/** Returns the current progress of a load. */
export function readProgress(run: Run, { ledger, writer }: Sink): Progress {
  const { sources } = run.dependencies;
  const { retryReason } = writer;
  const waiting = retryReason === undefined ? 'loading' : retryReason.isThrottle ? 'throttled' : 'retrying';
  const at = Math.min(ledger.source, sources.length - 1);
  return {
    ...ledger.counts,
    ...writer.traffic,
    state: run.cancellation.reason === undefined ? waiting : 'stopping',
    waitsFor: retryReason && (retryReason.by ?? retryReason.code),
    source: sources[at]?.name ?? '',
    sourceNumber: at + 1,
    sources: sources.length,
    bytes: ledger.bytes,
    done: computeShareDone(sources, ledger.source, ledger.position.offset),
    acknowledged: writer.acknowledged,
  };
}

/** Returns the share of all stored bytes before an offset in one source, 0 to 1; undefined if a size is unknown. */
function computeShareDone(sources: readonly Source[], index: number, offset: number): number | undefined {
  let total = 0;
  let before = sources[index]?.storedOffset(offset) ?? 0;
  for (const [at, { storedBytes }] of sources.entries()) {
    if (storedBytes === undefined) return undefined;
    total += storedBytes;
    if (at < index) before += storedBytes;
  }
  return total === 0 ? 1 : Math.min(1, before / total);
}

/** Makes the summary of a load that has ended. */
export function summarize(run: Run, endedMs = performance.now()): Summary {
  const { settings, cancellation, job, sink } = run;
  const start = job?.from ?? emptyLedger;
  const counts = sink?.ledger.counts ?? start.counts;
  const names = run.dependencies.sources.map((source) => source.name);
  const paths = sink?.rejects.paths ?? job?.from?.rejects.map((file) => file.path) ?? [];
  return makeSummary({
    table: settings.table,
    sources: names,
    emptySources: run.emptySources,
    headers: (sink?.ledger.headers ?? start.headers).map(({ source, line, text }) => ({
      source: names[source] ?? '',
      line,
      text,
    })),
    counts,
    recordsOfRun: counts.read - start.counts.read,
    seconds: (endedMs - run.startedMs) / 1000,
    bytes: sink?.ledger.bytes ?? start.bytesBefore + start.position.offset,
    traffic: sink?.writer.traffic,
    rejectsFiles: paths,
    resumed: job?.from !== undefined,
    ahead: cancellation.reason === undefined ? 0 : (sink?.ahead ?? 0),
    checkpoint: job?.hasCheckpoint === true ? job.checkpoint : null,
    exitStatus: cancellation.reason?.exitStatus,
    error: cancellation.reason === undefined ? null : toSummaryError(cancellation.reason),
  });
}
