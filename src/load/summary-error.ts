import type { LoaderError } from '../errors.ts';
import type { Summary } from './summary.ts';

/** Converts an error to the form in a summary: no stack and no cause. */
export function toSummaryError({ code, message, hint, place }: LoaderError): NonNullable<Summary['error']> {
  return { code, message, hint: hint ?? null, place: place ?? null };
}
