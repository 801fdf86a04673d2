import { cannotRead, changedWhileRead } from '../errors.ts';
import { contentLength, contentRange, type Headers } from './url-answer.ts';

/** An answer with bytes of an object. */
interface Answer {
  /** Whether it is said to have a range of the object, not all of it. */
  readonly isPartial: boolean;
  /** Size of the object as it is known. */
  readonly sizeBytes: number;
  /** First byte of the range that was asked for. */
  readonly from: number;
}

/**
 * Returns the offset in the object of the first byte of a body.
 * @throws LoaderError SOURCE_CHANGED if the object has another size; SOURCE_UNREADABLE if these are other bytes
 */
export function bodyStart(name: string, headers: Headers, { isPartial, sizeBytes, from }: Answer): number {
  const length = contentLength(headers);
  const range = contentRange(headers);
  const total = isPartial ? range?.total : length;
  if (total !== undefined && total !== sizeBytes) {
    throw changedWhileRead(name, `it had ${sizeBytes} bytes and has ${total} now`);
  }
  if (!isPartial) return 0;
  const isWhole = range !== undefined && (length === undefined || length === range.last - range.first + 1);
  if (isWhole && range.first === from) return from;
  throw cannotRead(name, 'the server answers with other bytes than those asked for', {
    from,
    hint: 'Save it to a file and load that.',
  });
}
