import type { TableDescription } from '../../dynamodb/table.ts';
import type { Settings } from '../settings.ts';
import type { Traffic } from '../summary.ts';
import type { Source } from '../source/source.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Ledger } from './ledger.ts';
import type { Rejects } from './rejects.ts';

/** The progress of a load, the input for a checkpoint. */
export interface LoadState {
  readonly ledger: Ledger;
  /** Request statistics of this run. */
  readonly traffic: Traffic;
  /** Items acknowledged in this run. */
  readonly acknowledged: number;
}

/** A load that can be resumed: the checkpoint it starts from, the checkpoint it saves, and its rejects. */
export interface ResumableJob {
  /** Name of the checkpoint for messages. */
  readonly checkpoint: string;
  /** The checkpoint to resume from; undefined for a new job. */
  readonly from: Checkpoint | undefined;
  readonly saveEveryMs: number;
  /** Whether to save also if the frontier has not moved. */
  readonly savesWhenIdle: boolean;
  /** Milliseconds until the requests of an earlier process that was killed are applied or lost. Send nothing before. */
  readonly waitMs: number;
  /** Marks that requests are in flight, for the next process if this one is killed. @throws LoaderError OUTPUT_UNWRITABLE */
  markInFlight(): void;
  /**
   * Stores the table and the columns for a resume, and compares the table with the checkpoint.
   * @throws LoaderError CHECKPOINT_MISMATCH
   */
  bind(table: TableDescription, columns: readonly string[]): void;
  /** Opens the rejects. Called once, after `bind`. @throws LoaderError OUTPUT_UNWRITABLE, REJECTS_TRUNCATED */
  openRejects(): Rejects;
  /** Saves a checkpoint at the frontier. Concurrent calls run one after the other. */
  save(state: LoadState): Promise<void>;
  /** Whether a checkpoint exists to resume from. */
  readonly hasCheckpoint: boolean;
  /** Ends the job and removes its checkpoint. @param state undefined if the load never opened its sink */
  finish(state: LoadState | undefined): Promise<void>;
  release(): Promise<void>;
}

/**
 * Opens a job, and finds the position to start from.
 * @param say receives a message about the checkpoint
 * @throws LoaderError CHECKPOINT_LOCKED, CHECKPOINT_EXISTS, CHECKPOINT_INVALID, CHECKPOINT_MISMATCH
 */
export type JobOpener = (
  settings: Settings,
  sources: readonly Source[],
  say: (text: string) => void,
) => Promise<ResumableJob>;
