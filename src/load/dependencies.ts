import type { TableDescription } from '../dynamodb/table.ts';
import type { LoadListener } from './listener.ts';
import type { ColumnPlan } from './map/columns.ts';
import type { JobOpener } from './settle/resumable-job.ts';
import type { Source } from './source/source.ts';
import type { WireClient } from './wire/client.ts';

/** An attribute that a column becomes; its type is undefined unless `--types` sets it. */
export type ColumnAttribute = Pick<ColumnPlan, 'name' | 'type'>;

/** Everything outside the loader that a load uses. `begin` is called once, before the first request. */
export interface LoadDependencies extends Pick<LoadListener, 'begin' | 'say'> {
  readonly sources: readonly Source[];
  /** Whether a single source without a header is a load of 0 records. Default: it is an error. */
  readonly acceptsEmpty?: boolean;
  /** Opens the checkpoint and the rejects. Default: files. */
  readonly openJob?: JobOpener;
  /**
   * Finds the table, or creates it if the settings allow it. Called once.
   * @param attributes of the first source, in the order of its columns
   * @param assertLoadable called before a table is created; throws if a source does not fit its keys
   * @throws LoaderError TABLE_NOT_FOUND, TABLE_NOT_READY, TABLE_MISMATCH, ACCESS_DENIED …
   */
  openTable(
    attributes: readonly ColumnAttribute[],
    assertLoadable: (table: TableDescription) => void,
  ): Promise<TableDescription>;
  /** Describes the table during the load to detect changes of its provisioned capacity. Optional. */
  readonly describe?: () => Promise<TableDescription>;
  /** Called once, after `openTable`. The caller closes the client. */
  openClient(): Promise<WireClient>;
  /** When aborted, the load waits for the requests in flight, saves a checkpoint and ends as interrupted. */
  readonly stop: AbortSignal;
}
