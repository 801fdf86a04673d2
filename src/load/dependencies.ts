import type { TableDescription } from '../dynamodb/table.ts';
import type { AttributeType } from './settings.ts';
import type { JobOpener } from './settle/resumable-job.ts';
import type { Progress } from './summary.ts';
import type { Source } from './source/source.ts';
import type { WireClient } from './wire/client.ts';

/** What a load is given: everything that touches the world outside. */
export interface Edges {
  readonly sources: readonly Source[];
  /** Where checkpoint and rejects are. Default: in files. */
  readonly openJob?: JobOpener;
  /**
   * Finds the table, or makes it where the settings say so; called once, with the attributes that the
   * header of the first source makes, in its order, and the types given to them.
   * @throws LoaderError TABLE_NOT_FOUND, TABLE_NOT_READY, TABLE_DIFFERS, ACCESS_DENIED …
   */
  openTable(attributes: readonly { name: string; type: AttributeType | undefined }[]): Promise<TableDescription>;
  /** Looks at the table again, during the load: what is provisioned may change. Left out: nobody looks. */
  readonly describe?: () => Promise<TableDescription>;
  /** Called once, after `openTable`. Whoever opens it closes it. */
  openClient(): Promise<WireClient>;
  /** Aborted: drain what is in flight, write the checkpoint, end as interrupted. */
  readonly stop: AbortSignal;
  /** Called once, before the first record is sent; the look may be taken at any time. */
  begin(look: () => Progress): void;
  /** Something the user should read, one line: a choice made, a checkpoint found. */
  readonly say: (text: string) => void;
}
