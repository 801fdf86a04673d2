import { createReadError, createChangedSourceError } from '../errors.ts';
import { getContentLength, getContentRange, type Headers } from './response-headers.ts';

/** A request for bytes of an object, and the kind of its response. */
interface RangeResponse {
  /** Whether the response claims to be a range, not the whole object. */
  readonly isPartial: boolean;
  /** Known size of the object. */
  readonly sizeBytes: number;
  /** First requested byte. */
  readonly from: number;
}

/**
 * Returns the offset in the object of the first byte of a body.
 * @throws LoaderError SOURCE_CHANGED if the size differs; SOURCE_UNREADABLE if the range differs from the request.
 */
export function bodyStart(name: string, headers: Headers, { isPartial, sizeBytes, from }: RangeResponse): number {
  const length = getContentLength(headers);
  const range = getContentRange(headers);
  const total = isPartial ? range?.total : length;
  if (total !== undefined && total !== sizeBytes) {
    throw createChangedSourceError(name, `it had ${sizeBytes} bytes and now has ${total}`);
  }
  if (!isPartial) return 0;
  const isWhole = range !== undefined && (length === undefined || length === range.last - range.first + 1);
  if (isWhole && range.first === from) return from;
  throw createReadError(name, 'the server returned a different range than requested', {
    from,
    hint: 'Download the file and load it from disk.',
  });
}
