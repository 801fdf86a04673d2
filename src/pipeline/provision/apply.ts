import { LoaderError } from '../../errors.ts';
import type { ResourceHandler } from './resource.ts';
import type { ResourceHandlers } from './resources/index.ts';
import type { Plan, PlanStep } from './plan.ts';
import { formatDoneStep } from './plan-lines.ts';

export interface ApplyOptions {
  /** Receives one line per completed step. */
  readonly say: (text: string) => void;
  /** When aborted, no further step starts. Completed steps remain, and the next run continues. */
  readonly stop: AbortSignal;
}

/**
 * Applies a plan step by step. If a step fails, the completed steps remain, and the next run continues.
 * @throws LoaderError of the failed step; INTERRUPTED
 */
export async function applyPlan(plan: Plan, handlers: ResourceHandlers, { say, stop }: ApplyOptions): Promise<void> {
  for (const step of plan) {
    assertNotStopped(stop);
    if (step.do === 'keep') continue;
    await applyStep(step, handlers[step.kind]);
    say(formatDoneStep({ ...step, do: step.do }));
  }
}

/** @throws LoaderError INTERRUPTED */
export function assertNotStopped(stop: AbortSignal): void {
  if (stop.aborted) throw new LoaderError('INTERRUPTED', 'interrupted', { hint: 'Run the command again to continue.' });
}

async function applyStep({ do: action, properties, changes }: PlanStep, handler: ResourceHandler): Promise<void> {
  if (action === 'create') {
    await handler.create(properties);
    return;
  }
  // Tag it first: if a later step fails, destroy must not delete a resource that existed before.
  if (action === 'adopt') await handler.adopt();
  if (changes.length > 0) await handler.change(properties, new Set(changes.map(({ property }) => property)));
}
