import { LoaderError } from '../../../../src/errors.ts';

/** The LoaderError that something throws. */
export function catchLoaderError(run: () => unknown): LoaderError {
  try {
    run();
  } catch (error) {
    if (error instanceof LoaderError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
