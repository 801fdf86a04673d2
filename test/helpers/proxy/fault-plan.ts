import type { Item } from '../compare/keys.ts';

/** Faults that the proxy can inject into a BatchWriteItem request, at most one per request. */
export const faultKinds = [
  /** 400 ProvisionedThroughputExceededException; nothing was written. */
  'throughputExceeded',
  /** 400 ThrottlingException; nothing was written. */
  'throttling',
  /** 400 RequestLimitExceeded; nothing was written. */
  'requestLimit',
  /** Some items are written, the others returned as UnprocessedItems with their attributes in a different order. */
  'partial',
  /** 500 InternalServerError instead of, or after, writing. */
  'internalBefore',
  'internalAfter',
  /** 503 ServiceUnavailable, with a body that is not JSON, instead of, or after, writing. */
  'unavailableBefore',
  'unavailableAfter',
  /** The connection is reset instead of, or after, writing. */
  'resetBefore',
  'resetAfter',
  /** Written after a short wait (`delayMs`). */
  'delay',
  /** Delayed by `lateMs`, longer than the client waits. Not written if the client has disconnected by then. */
  'lateBefore',
  /** Written after a random time of up to `lateMs`, even if the client has disconnected by then. */
  'lateApplied',
  /** Written immediately; the response is sent after `lateMs`. */
  'lateAfter',
  /** Written; the response is invalid JSON with a correct checksum. */
  'brokenJson',
  /** Written; the response is correct, except for its X-Amz-Crc32. */
  'wrongCrc',
  /** Written; half of the response is sent, with the length of the whole, then the connection closes. */
  'truncated',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Errors that end a load. The proxy can return one from a given request on. */
export type FatalCode =
  | 'AccessDeniedException'
  | 'ResourceNotFoundException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'
  | 'InvalidSignatureException';

/** A BatchWriteItem request before the proxy injects a fault. */
export interface SeenRequest {
  /** From 1. */
  readonly number: number;
  readonly table: string;
  readonly items: readonly Item[];
  readonly bodyBytes: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FaultPlan {
  /** Seed of the proxy's random numbers; default 1. */
  readonly seed?: number;
  /** Probability of each fault per request. Their sum must not exceed 1. */
  readonly faults?: Readonly<Partial<Record<FaultKind, number>>>;
  /** Names of the key attributes. Required for `inFlightPerKey`. */
  readonly keys?: readonly string[];
  /** Maximum wait of `delay`; default 20. */
  readonly delayMs?: number;
  /** Wait of `lateBefore` and `lateAfter`, and maximum wait of `lateApplied`; default 15,000. */
  readonly lateMs?: number;
  /** Rejects a batch with ValidationException if this is true for an item, as DynamoDB does for an invalid item. */
  readonly poison?: (item: Item) => boolean;
  /** Responds to all requests from this one on (counted from 1) with this error, including other operations. */
  readonly fatal?: { readonly fromRequest: number; readonly code: FatalCode };
  /** Called for each BatchWriteItem. The request waits until it resolves. */
  readonly onRequest?: (request: SeenRequest) => void | Promise<void>;
}

/** Makes fault probabilities with the same value for all faults, except some. */
export function everyFault(probability: number, except: readonly FaultKind[] = []): Record<FaultKind, number> {
  const entries = faultKinds.map((kind) => [kind, except.includes(kind) ? 0 : probability] as const);
  return Object.fromEntries(entries) as Record<FaultKind, number>;
}
