import type { TableDescription } from '../../dynamodb/table.ts';
import type { Settings } from '../settings.ts';
import type { Traffic } from '../summary.ts';
import type { Source } from '../source/source.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Ledger } from './ledger.ts';
import type { Rejects } from './rejects.ts';

/** How far a load is: what a checkpoint is made from. */
export interface Standing {
  readonly ledger: Ledger;
  /** Of this run. */
  readonly traffic: Traffic;
  /** Items acknowledged in this run. */
  readonly acknowledged: number;
}

/** Where a load keeps what a later one needs to go on: the checkpoint that it goes on from, the one it leaves, and its rejects. */
export interface Job {
  /** What the checkpoint is called. */
  readonly checkpoint: string;
  /** Where an earlier run stopped; undefined for a job that starts. */
  readonly from: Checkpoint | undefined;
  readonly saveEveryMs: number;
  /** Whether it is to be saved also where the frontier has not moved. */
  readonly savesUnmoved: boolean;
  /**
   * The table is found, and the columns are known: what a resume needs to go on with the same.
   * @throws LoaderError CHECKPOINT_MISMATCH
   */
  bind(table: TableDescription, columns: readonly string[]): void;
  /** Where rejects go. Called once, after `bind`. @throws LoaderError OUTPUT_UNWRITABLE, REJECTS_TRUNCATED */
  openRejects(): Rejects;
  /** Writes the checkpoint of the state at the frontier. Calls follow each other. */
  save(standing: Standing): Promise<void>;
  /** Whether there is a checkpoint to resume from. */
  readonly saved: boolean;
  /** The job is done: nothing is left to resume. @param standing undefined where no record was ever awaited */
  finish(standing: Standing | undefined): Promise<void>;
  release(): Promise<void>;
}

/**
 * Finds out where to begin.
 * @param say told where an earlier run stopped, or that there was none.
 * @throws LoaderError CHECKPOINT_LOCKED, CHECKPOINT_EXISTS, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH
 */
export type JobOpener = (settings: Settings, sources: readonly Source[], say: (text: string) => void) => Promise<Job>;
