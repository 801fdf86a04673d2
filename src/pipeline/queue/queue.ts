import type { GoOn } from './messages.ts';

export interface Queue {
  /** @param delayMs 900 s at most count. */
  send(message: GoOn, delayMs: number): Promise<void>;
}
