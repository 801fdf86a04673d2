import type { LoaderError } from '../../errors.ts';

/** The result of one BatchWriteItem request. */
export type BatchWriteResult =
  /** Status 200: every item was written, except the unprocessed ones. */
  | {
      readonly kind: 'answered';
      /** The Item objects of UnprocessedItems, in DynamoDB JSON. */
      readonly unprocessed: readonly Record<string, unknown>[];
      /** Write units consumed by the table and its indexes; undefined if the endpoint does not report them. */
      readonly writeUnits: number | undefined;
      /** Part of `writeUnits` by global secondary index; undefined if the endpoint does not report it. */
      readonly indexUnits?: ReadonlyMap<string, number> | undefined;
    }
  /** Nothing was written. Back off, then retry. */
  | {
      readonly kind: 'throttled';
      readonly code: string;
      readonly message: string;
      /** What exceeded its limit, to follow "throttled by"; undefined if the response does not say. */
      readonly by?: string | undefined;
    }
  /** DynamoDB does not accept one of the items. Nothing was written. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** The items may have been written: 5xx, timeout, reset, or a response that is not valid. */
  | { readonly kind: 'unknown'; readonly code: string; readonly message: string }
  /** The run cannot continue: no table, no permission, no credentials. Nothing was written. */
  | { readonly kind: 'fatal'; readonly error: LoaderError };

/** Sends BatchWriteItem requests with encoded bodies. */
export interface WireClient {
  /** Never rejects because of the endpoint or the network: the result says what happened. */
  batchWrite(body: Buffer): Promise<BatchWriteResult>;
  /** Destroys all sockets. Requests in flight end as unknown. */
  close(): Promise<void>;
}
