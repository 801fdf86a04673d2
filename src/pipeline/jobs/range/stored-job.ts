import {
  assertSameJob,
  assertSameTable,
  createCheckpoint,
  identifyJob,
  type Checkpoint,
} from '../../../load/settle/checkpoint.ts';
import type { JobOpener, LoadState } from '../../../load/settle/resumable-job.ts';
import { getReasonsPath, type HeaderLine } from '../../../load/summary.ts';
import { rejectsKey } from '../../bucket/keys.ts';
import { addTotals, zeroTotals } from '../../state/totals.ts';
import { StoredRejects } from './stored-rejects.ts';
import type { LeasedTask } from '../ports.ts';

/** Returns the header of the only source. */
function headerOf({ headers: [header] }: LoadState['ledger']): HeaderLine | null {
  return header === undefined ? null : { line: header.line, text: header.text };
}

export interface StoredJobOptions {
  readonly leased: LeasedTask;
  readonly saveEveryMs: number;
  /** Puts an object with rejected records unconditionally. */
  readonly put: (key: string, body: Buffer) => Promise<void>;
}

/** Creates a resumable load whose checkpoint is stored in the state of a task. `work` returns the last stored progress. */
export function createStoredJob({ leased, saveEveryMs, put }: StoredJobOptions) {
  const name = `the state of job ${leased.job.id}`;
  const begin = leased.task.work;
  const from = (begin.checkpoint as Checkpoint | null) ?? undefined;
  let work = begin;
  let saving: Promise<void> = Promise.resolve();
  /** Saves one at a time, and nothing after a failure: rejects taken by the failed save are in no later one. */
  const enqueue = (save: () => Promise<void>): Promise<void> => {
    saving = saving.then(save);
    saving.catch(() => undefined);
    return saving;
  };

  const open: JobOpener = async (settings, sources) => {
    const identity = identifyJob(settings, sources);
    if (from !== undefined) assertSameJob(name, from.job, identity);
    const identities = from?.identities ?? (await Promise.all(sources.map((source) => source.identify(0))));
    const rejects = new StoredRejects(
      sources[0]?.name ?? '',
      begin.part.rejects.map(({ key }) => key),
    );
    let known = { job: identity, tableArn: from?.tableArn ?? null, identities, columns: from?.columns ?? null };

    const recordProgress = async ({ ledger, traffic, acknowledged }: LoadState): Promise<void> => {
      // Taken at one moment: the ledger continues while the rejects are put.
      const piece = rejects.take();
      const checkpoint = createCheckpoint(known, ledger, []);
      const frontier = ledger.bytes;
      const totalAcknowledged = begin.acknowledged + acknowledged;
      const part = {
        ...addTotals(begin.part, { ...zeroTotals, ...traffic, writeUnits: traffic.writeUnits ?? null }),
        // The ledger continues the counts of the checkpoint.
        counts: { ...ledger.counts },
        bytes: frontier - leased.task.from,
        header: headerOf(ledger),
      };
      const rejected = [...work.part.rejects];
      if (piece !== undefined) {
        const key = rejectsKey(leased.job.id, work.frontier, frontier);
        await put(key, piece.records);
        await put(getReasonsPath(key), piece.reasons);
        rejected.push({ key, records: piece.count });
        rejects.paths.push(key);
      }
      work = { frontier, acknowledged: totalAcknowledged, checkpoint, part: { ...part, rejects: rejected } };
    };

    return {
      checkpoint: name,
      from,
      saveEveryMs,
      savesWhenIdle: true,
      hasCheckpoint: true,
      // The lease covers the requests in flight: it expires one request timeout after the last one can be sent.
      waitMs: 0,
      markInFlight: () => undefined,
      bind: (table, columns) => {
        assertSameTable(name, known.tableArn, table.arn);
        known = { ...known, tableArn: table.arn ?? known.tableArn, columns };
      },
      openRejects: () => rejects,
      save: (standing) =>
        enqueue(async () => {
          await recordProgress(standing);
          await leased.renew(work);
        }),
      finish: (standing) => enqueue(async () => (standing === undefined ? undefined : recordProgress(standing))),
      release: () => saving.catch(() => undefined),
    };
  };
  return { open, work: () => work };
}
