import type { Item } from '../compare/keys.ts';

/** What the proxy can do to a BatchWriteItem request; one request meets one of them at most. */
export const faultKinds = [
  /** 400 ProvisionedThroughputExceededException; nothing was written. */
  'throughputExceeded',
  /** 400 ThrottlingException; nothing was written. */
  'throttling',
  /** 400 RequestLimitExceeded; nothing was written. */
  'requestLimit',
  /** Some items are written, the others given back as UnprocessedItems, their attributes in another order. */
  'partial',
  /** 500 InternalServerError instead of, or after, writing. */
  'internalBefore',
  'internalAfter',
  /** 503 ServiceUnavailable, with a body that is no JSON, instead of, or after, writing. */
  'unavailableBefore',
  'unavailableAfter',
  /** The connection is reset instead of, or after, writing. */
  'resetBefore',
  'resetAfter',
  /** Written after a short wait (`delayMs`). */
  'delay',
  /** Held for `lateMs`, longer than the client waits; not written when the client is gone by then. */
  'lateBefore',
  /** Written at once, answered after `lateMs`. */
  'lateAfter',
  /** Written; the answer is broken JSON, with a checksum that fits. */
  'brokenJson',
  /** Written; the answer is right, its X-Amz-Crc32 is not. */
  'wrongCrc',
  /** Written; half the answer is sent, with the length of the whole, then the connection ends. */
  'truncated',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Errors that end a load; the proxy can begin to answer with one at some request. */
export type FatalCode =
  | 'AccessDeniedException'
  | 'ResourceNotFoundException'
  | 'UnrecognizedClientException'
  | 'ExpiredTokenException'
  | 'InvalidSignatureException';

/** A BatchWriteItem request as the proxy sees it, before anything is done to it. */
export interface SeenRequest {
  /** From 1. */
  readonly number: number;
  readonly table: string;
  readonly items: readonly Item[];
  readonly bodyBytes: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface FaultPlan {
  /** Seed of all chance in the proxy; default 1. */
  readonly seed?: number;
  /** Probability of each fault for a request; together at most 1. */
  readonly faults?: Readonly<Partial<Record<FaultKind, number>>>;
  /** Names of the key attributes; needed for `inFlightPerKey`. */
  readonly keys?: readonly string[];
  /** Longest short delay; default 20. */
  readonly delayMs?: number;
  /** Wait of `lateBefore` and `lateAfter`; default 15,000. */
  readonly lateMs?: number;
  /** A batch that holds such an item is refused whole with ValidationException, as one bad row is. */
  readonly poison?: (item: Item) => boolean;
  /** From this request on (counted from 1) all are answered with this error, also other operations. */
  readonly fatal?: { readonly fromRequest: number; readonly code: FatalCode };
  /** Called for each BatchWriteItem; the request waits for what it returns. */
  readonly onRequest?: (request: SeenRequest) => void | Promise<void>;
}

/** The plan's faults, all with the same probability: what a test of everything at once wants. */
export function everyFault(probability: number, except: readonly FaultKind[] = []): Record<FaultKind, number> {
  const entries = faultKinds.map((kind) => [kind, except.includes(kind) ? 0 : probability] as const);
  return Object.fromEntries(entries) as Record<FaultKind, number>;
}
