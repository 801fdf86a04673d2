import type { Progress } from './summary.ts';

/** Shows people the progress of a run, on stderr. */
export interface LoadListener {
  /** Shows the current step before the first request, like `checking table people`. */
  readonly phase: (text: string) => void;
  /** Called before the first request. `getProgress` returns the current progress and may be called at any time. */
  readonly begin: (getProgress: () => Progress) => void;
  /** Prints one permanent line: a choice that csv2ddb made, or a checkpoint that it found. */
  readonly say: (text: string) => void;
  /** Clears the temporary output. May be called twice. */
  readonly end: () => void;
}
