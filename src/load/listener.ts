import type { Progress } from './summary.ts';

/** Tells a user how a run goes. What it writes is for people, and goes to stderr. */
export interface Report {
  /** What is being done before the first record is sent, like `looking at table people`. */
  readonly phase: (text: string) => void;
  /** The first record is about to be sent: from here on a look is taken now and then. */
  readonly begin: (look: () => Progress) => void;
  /** One line that stays. */
  readonly say: (text: string) => void;
  /** Takes away what is not to stay. May be called twice. */
  readonly end: () => void;
}
