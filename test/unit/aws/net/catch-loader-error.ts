import { LoaderError } from '../../../../src/errors.ts';

/** Returns the LoaderError that a function throws. */
export function catchLoaderError(run: () => unknown): LoaderError {
  try {
    run();
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}
