import { LoaderError } from '../../errors.ts';
import type { Resource } from './resource.ts';
import type { Resources } from './resources/index.ts';
import type { Plan, Step } from './plan.ts';
import { doneLine } from './plan-lines.ts';

export interface ApplyOptions {
  /** Told of each step when it is done. */
  readonly say: (text: string) => void;
  /** Aborted: nothing more is begun. What is done stays, and the next run goes on. */
  readonly stop: AbortSignal;
}

/**
 * Does what the plan says, one step after the other. Where it fails, what is done stays: another run goes on from there.
 * @throws LoaderError with what failed; INTERRUPTED
 */
export async function apply(plan: Plan, resources: Resources, { say, stop }: ApplyOptions): Promise<void> {
  for (const step of plan) {
    assertNotStopped(stop);
    if (step.do === 'keep') continue;
    await applyStep(step, resources[step.kind]);
    say(doneLine({ ...step, do: step.do }));
  }
}

/** @throws LoaderError INTERRUPTED */
export function assertNotStopped(stop: AbortSignal): void {
  if (stop.aborted)
    throw new LoaderError('INTERRUPTED', 'interrupted', { hint: 'Run it again: it goes on from here.' });
}

async function applyStep({ do: what, properties, changes }: Step, resource: Resource): Promise<void> {
  if (what === 'create') {
    await resource.create(properties);
    return;
  }
  // Marked first: whatever comes of the rest, nobody takes it for one that was made.
  if (what === 'adopt') await resource.adopt();
  if (changes.length > 0) await resource.change(properties, new Set(changes.map(({ property }) => property)));
}
