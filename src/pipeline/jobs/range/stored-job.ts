import {
  assertSameJob,
  assertSameTable,
  checkpointAt,
  identifyJob,
  type Checkpoint,
} from '../../../load/settle/checkpoint.ts';
import type { Job, JobOpener, Standing } from '../../../load/settle/resumable-job.ts';
import { rejectsName } from '../../bucket/keys.ts';
import type { Part } from '../../state/totals.ts';
import type { Work } from '../../state/task.ts';
import { StoredRejects } from './stored-rejects.ts';
import type { LeasedTask } from '../ports.ts';

export interface StoredJobOptions {
  readonly leased: LeasedTask;
  readonly saveEveryMs: number;
  /** Puts an object of rejects, whatever lies there. */
  put(key: string, body: Buffer): Promise<void>;
}

/** A load whose checkpoint lies in S3, in the state of a task; `work` is how far it came. */
export class StoredJobs {
  readonly #options: StoredJobOptions;
  #work: Work;
  #saving: Promise<void> = Promise.resolve();

  constructor(options: StoredJobOptions) {
    this.#options = options;
    this.#work = options.leased.task.work;
  }

  /** As of the last checkpoint. */
  get work(): Work {
    return this.#work;
  }

  readonly open: JobOpener = async (settings, sources): Promise<Job> => {
    const { leased, saveEveryMs } = this.#options;
    const begin = leased.task.work;
    const name = `the state of job ${leased.job.id}`;
    const from = (begin.checkpoint as Checkpoint | null) ?? undefined;
    const identity = identifyJob(settings, sources);
    if (from !== undefined) assertSameJob(name, from.job, identity);
    const identities = from?.identities ?? (await Promise.all(sources.map((source) => source.identify(0))));
    const rejects = new StoredRejects(
      sources[0]?.name ?? '',
      begin.part.rejects.map(({ key }) => key),
    );
    let known = { job: identity, tableArn: from?.tableArn ?? null, identities, columns: from?.columns ?? null };

    const note = async (standing: Standing): Promise<void> => {
      // All of one moment: the ledger goes on while the rejects are put.
      const piece = rejects.take();
      const checkpoint = checkpointAt(known, standing.ledger, []);
      const offset = standing.ledger.bytes;
      const acknowledged = begin.acknowledged + standing.acknowledged;
      const part = partAt(begin.part, standing, offset - leased.task.from);
      let { rejects: put } = this.#work.part;
      if (piece !== undefined) {
        const key = rejectsName(leased.job.id, this.#work.frontier, offset);
        await this.#options.put(key, piece.records);
        await this.#options.put(`${key}.jsonl`, piece.reasons);
        put = [...put, { key, records: piece.count }];
        rejects.paths.push(key);
      }
      this.#work = { frontier: offset, acknowledged, checkpoint, part: { ...part, rejects: put } };
    };
    /** One after the other; and nothing more once one has failed: what it had taken of the rejects is in no later one. */
    const inTurn = async (what: () => Promise<void>): Promise<void> => {
      const mine = this.#saving.then(what);
      this.#saving = mine;
      mine.catch(() => undefined);
      await mine;
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
          await leased.renew(this.#work);
        }),
      finish: (standing) => inTurn(async () => (standing === undefined ? undefined : note(standing))),
      release: () => this.#saving.catch(() => undefined),
    };
  };
}

/** What was done before, and what this load has done. @param bytes of the range that are settled */
function partAt(before: Part, { ledger, traffic }: Standing, bytes: number): Omit<Part, 'rejects'> {
  const { requests, throttledRequests, unprocessedItems, retries, writeUnits } = traffic;
  return {
    // The ledger goes on from those of the checkpoint.
    counts: { ...ledger.counts },
    bytes,
    writeUnits: writeUnits === undefined ? before.writeUnits : (before.writeUnits ?? 0) + writeUnits,
    requests: before.requests + requests,
    throttledRequests: before.throttledRequests + throttledRequests,
    unprocessedItems: before.unprocessedItems + unprocessedItems,
    retries: before.retries + retries,
  };
}
