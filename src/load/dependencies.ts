import type { TableDescription } from '../dynamodb/table.ts';
import type { Report } from './listener.ts';
import type { ColumnPlan } from './map/columns.ts';
import type { JobOpener } from './settle/resumable-job.ts';
import type { Source } from './source/source.ts';
import type { WireClient } from './wire/client.ts';

/** An attribute that a column of the sources becomes. */
export type ColumnAttribute = Pick<ColumnPlan, 'name' | 'type'>;

/** Everything outside the loader that a load uses. */
export interface LoadDependencies extends Pick<Report, 'begin' | 'say'> {
  readonly sources: readonly Source[];
  /** Opens the checkpoint and the rejects. Default: in files. */
  readonly openJob?: JobOpener;
  /**
   * Finds the table, or creates it if the settings say so. Called once.
   * @param attributes those of the first source, in the order of its columns
   * @throws LoaderError TABLE_NOT_FOUND, TABLE_NOT_READY, TABLE_MISMATCH, ACCESS_DENIED …
   */
  openTable(attributes: readonly ColumnAttribute[]): Promise<TableDescription>;
  /** Describes the table again during the load: its provisioned capacity may change. Optional. */
  readonly describe?: () => Promise<TableDescription>;
  /** Called once, after `openTable`. The caller closes the client. */
  openClient(): Promise<WireClient>;
  /** When aborted, the load waits for the requests in flight, writes the checkpoint and ends as interrupted. */
  readonly stop: AbortSignal;
}
