import { formatDescription, type PipelineDescription } from '../description.ts';
import { assertNotStopped, type ApplyOptions } from './apply.ts';
import type { Clients } from './clients.ts';
import { planRemovals, type Removal } from './destroy-plan.ts';
import { readCurrentState } from './provision.ts';
import { kinds } from './resource.ts';
import { makeHandlers } from './resources/index.ts';
import { nameResources, type Location } from './spec.ts';

export interface DestroyOptions extends ApplyOptions {
  readonly deleteData: boolean;
  /** Receives the planned removals. @returns whether to apply them */
  readonly confirm: (removals: readonly Removal[]) => Promise<boolean>;
}

/**
 * Removes the resources of a pipeline, in reverse order of creation. If a step fails, the next run continues.
 * @param description from the bucket. Undefined if it does not exist: then the table is unknown, and already deleted.
 * @returns the planned removals
 * @throws LoaderError of the failed step; INTERRUPTED
 */
export async function destroy(
  pipeline: Omit<Location, 'table'>,
  description: PipelineDescription | undefined,
  clients: Clients,
  options: DestroyOptions,
): Promise<readonly Removal[]> {
  const location = { ...pipeline, table: description?.table ?? '' };
  const handlers = makeHandlers(location, clients);
  const knownKinds = kinds.filter((kind) => kind !== 'table' || description !== undefined);
  const current = await readCurrentState(handlers, knownKinds);
  const removals = planRemovals(current, nameResources(location), options.deleteData);
  if (!removals.some((one) => one.do !== 'keep') || !(await options.confirm(removals))) return removals;
  for (const { kind, name, do: action } of removals) {
    if (action === 'keep') continue;
    assertNotStopped(options.stop);
    await handlers[kind][action]();
    options.say(`${action === 'delete' ? 'deleted' : 'released'} ${kind} ${name}`);
  }
  const keepsDescription = removals.some(({ kind, do: action }) => kind === 'description' && action === 'keep');
  if (keepsDescription && description !== undefined) {
    // A later run reads the name of the table from it.
    await handlers.description.change({ text: formatDescription({ ...description, takenDown: true }) }, new Set());
  }
  return removals;
}
