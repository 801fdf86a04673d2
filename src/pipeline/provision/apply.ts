import { LoaderError } from '../../errors.ts';
import type { Kind, Part } from './resource.ts';
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
export async function apply(plan: Plan, parts: ReadonlyMap<Kind, Part>, { say, stop }: ApplyOptions): Promise<void> {
  for (const step of plan) {
    if (stop.aborted)
      throw new LoaderError('INTERRUPTED', 'interrupted', { hint: 'Run it again: it goes on from here.' });
    const part = parts.get(step.kind);
    if (part === undefined) throw new Error(`nobody makes a ${step.kind}`);
    await take(step, part, say);
  }
}

async function take(step: Step, part: Part, say: (text: string) => void): Promise<void> {
  const names = new Set(step.changes.map(({ property }) => property));
  switch (step.do) {
    case 'keep':
      return;
    case 'create':
      await part.create(step.properties);
      break;
    case 'adopt':
      // Marked first: whatever comes of the rest, nobody takes it for one that was made.
      await part.adopt();
      if (names.size > 0) await part.change(step.properties, names);
      break;
    case 'change':
      await part.change(step.properties, names);
      break;
  }
  say(doneLine({ ...step, do: step.do }));
}
