import {
  assertSameJob,
  assertSameTable,
  checkpointAt,
  identifyJob,
  type Checkpoint,
} from '../../../load/settle/checkpoint.ts';
import type { JobOpener, Standing } from '../../../load/settle/resumable-job.ts';
import { reasonsPath } from '../../../load/summary.ts';
import { rejectsName } from '../../bucket/keys.ts';
import { addParts, emptyPart } from '../../state/totals.ts';
import { StoredRejects } from './stored-rejects.ts';
import type { LeasedTask } from '../ports.ts';

export interface StoredJobOptions {
  readonly leased: LeasedTask;
  readonly saveEveryMs: number;
  /** Puts an object of rejects, whatever lies there. */
  readonly put: (key: string, body: Buffer) => Promise<void>;
}

/** A load whose checkpoint lies in S3, in the state of a task; `work` is how far it came, as of the last checkpoint. */
export function storedJob({ leased, saveEveryMs, put }: StoredJobOptions) {
  const name = `the state of job ${leased.job.id}`;
  const begin = leased.task.work;
  const from = (begin.checkpoint as Checkpoint | null) ?? undefined;
  let work = begin;
  let saving: Promise<void> = Promise.resolve();
  /** One after the other; and nothing more once one has failed: what it had taken of the rejects is in no later one. */
  const inTurn = (what: () => Promise<void>): Promise<void> => {
    saving = saving.then(what);
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

    const note = async ({ ledger, traffic, acknowledged }: Standing): Promise<void> => {
      // All of one moment: the ledger goes on while the rejects are put.
      const piece = rejects.take();
      const checkpoint = checkpointAt(known, ledger, []);
      const frontier = ledger.bytes;
      const settled = begin.acknowledged + acknowledged;
      const part = {
        ...addParts(begin.part, { ...emptyPart, ...traffic, writeUnits: traffic.writeUnits ?? null }),
        // The ledger goes on from those of the checkpoint.
        counts: { ...ledger.counts },
        bytes: frontier - leased.task.from,
      };
      const rejected = [...work.part.rejects];
      if (piece !== undefined) {
        const key = rejectsName(leased.job.id, work.frontier, frontier);
        await put(key, piece.records);
        await put(reasonsPath(key), piece.reasons);
        rejected.push({ key, records: piece.count });
        rejects.paths.push(key);
      }
      work = { frontier, acknowledged: settled, checkpoint, part: { ...part, rejects: rejected } };
    };

    return {
      checkpoint: name,
      from,
      saveEveryMs,
      savesUnmoved: true,
      saved: true,
      bind: (table, columns) => {
        assertSameTable(name, known.tableArn, table.arn);
        known = { ...known, tableArn: table.arn ?? known.tableArn, columns };
      },
      openRejects: () => rejects,
      save: (standing) =>
        inTurn(async () => {
          await note(standing);
          await leased.renew(work);
        }),
      finish: (standing) => inTurn(async () => (standing === undefined ? undefined : note(standing))),
      release: () => saving.catch(() => undefined),
    };
  };
  return { open, work: () => work };
}
