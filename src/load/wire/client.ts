import type { LoaderError } from '../../errors.ts';

/** What became of one BatchWriteItem request. */
export type WireAnswer =
  /** 200: all were written but those given back. */
  | {
      readonly kind: 'answered';
      /** The Item objects of UnprocessedItems, in DynamoDB JSON, as the answer holds them. */
      readonly unprocessed: readonly Record<string, unknown>[];
      /** Consumed write units, of table and indexes; undefined where the endpoint does not say. */
      readonly writeUnits: number | undefined;
      /** Of those, the units of each global secondary index; undefined where none is told. */
      readonly indexUnits?: ReadonlyMap<string, number> | undefined;
    }
  /** Nothing was written; wait, then send again. */
  | {
      readonly kind: 'throttled';
      readonly code: string;
      readonly message: string;
      /** What is exceeded, in few words; undefined where the answer does not say. */
      readonly by?: string | undefined;
    }
  /** One of the items is not acceptable; nothing was written. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** Nobody knows whether it was applied: 5xx, time-out, reset, an answer that does not check or parse. */
  | { readonly kind: 'unknown'; readonly code: string; readonly message: string }
  /** Going on makes no sense: no table, no permission, no credentials. Nothing was written. */
  | { readonly kind: 'fatal'; readonly error: LoaderError };

/** Sends BatchWriteItem requests whose bodies are encoded already. */
export interface WireClient {
  /** Never rejects for what the endpoint or the network does: that is an answer. */
  batchWrite(body: Buffer): Promise<WireAnswer>;
  /** Destroys all sockets; requests under way end as unknown. */
  close(): Promise<void>;
}
