import type { LoaderError } from '../errors.ts';
import type { Summary } from './summary.ts';

/** An error as a summary holds it: all that may be told of it, and nothing that is not known. */
export function toldError({ code, message, hint, place }: LoaderError): NonNullable<Summary['error']> {
  return { code, message, hint: hint ?? null, place: place ?? null };
}
