import { descriptionText, type Description } from '../description.ts';
import { assertNotStopped, type ApplyOptions } from './apply.ts';
import type { Clients } from './clients.ts';
import { removalsFor, type Removal } from './destroy-plan.ts';
import { readCurrent } from './provision.ts';
import { kinds } from './resource.ts';
import { resourcesOf } from './resources/index.ts';
import { resourceNames, type Location } from './spec.ts';

export interface DestroyOptions extends ApplyOptions {
  readonly deleteData: boolean;
  /** Told what would be done. @returns whether to do it */
  readonly isToBeDone: (removals: readonly Removal[]) => Promise<boolean>;
}

/**
 * Takes down what `provision` made, the last first. Where it fails, another run goes on.
 * @param description as it lies in the bucket; undefined: nothing tells which table there is, which then was deleted before
 * @returns what was to be done
 */
export async function destroy(
  at: Omit<Location, 'table'>,
  description: Description | undefined,
  clients: Clients,
  options: DestroyOptions,
): Promise<readonly Removal[]> {
  const location = { ...at, table: description?.table ?? '' };
  const resources = resourcesOf(location, clients);
  const looked = kinds.filter((kind) => kind !== 'table' || description !== undefined);
  const current = await readCurrent(resources, looked);
  const removals = removalsFor(current, resourceNames(location), options.deleteData);
  if (!removals.some((one) => one.do !== 'keep') || !(await options.isToBeDone(removals))) return removals;
  for (const { kind, name, do: what } of removals) {
    if (what === 'keep') continue;
    assertNotStopped(options.stop);
    await resources[kind][what]();
    options.say(`${what === 'delete' ? 'deleted' : 'released'} ${kind} ${name}`);
  }
  const isKept = removals.some(({ kind, do: what }) => kind === 'description' && what === 'keep');
  if (isKept && description !== undefined) {
    // Which table there is, is to be found another time.
    await resources.description.change({ text: descriptionText({ ...description, takenDown: true }) }, new Set());
  }
  return removals;
}
