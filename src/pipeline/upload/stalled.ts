import { formatSeconds } from '../../text/format.ts';
import type { Times } from './timeouts.ts';

/** How long a job has been followed. */
export interface Waited {
  /** Whether it has a state. */
  readonly hasBegun: boolean;
  /** Since its object was put. */
  readonly followedMs: number;
  /** Since any of its states changed. */
  readonly unchangedMs: number;
}

/** Why nobody is at a job any more, in words; undefined where somebody may be. */
export function stallOf(
  { hasBegun, followedMs, unchangedMs }: Waited,
  { beginMs, quietMs }: Pick<Times, 'beginMs' | 'quietMs'>,
): string | undefined {
  if (!hasBegun) return followedMs < beginMs ? undefined : `has not begun for ${formatSeconds(followedMs / 1000)}`;
  return unchangedMs < quietMs ? undefined : `stands still for ${formatSeconds(unchangedMs / 1000)}`;
}
