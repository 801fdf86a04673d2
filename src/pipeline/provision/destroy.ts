import type { Description } from '../description.ts';
import { descriptionName, descriptionText } from '../description.ts';
import type { ApplyOptions } from './apply.ts';
import { LoaderError } from '../../errors.ts';
import { defaultSettingsName } from '../bucket/keys.ts';
import type { Clients } from './clients.ts';
import { removalsFor, type Removal } from './destroy-plan.ts';
import { kinds, type Kind, type Part } from './resource.ts';
import { partsOf } from './resources/index.ts';
import { readParts } from './provision.ts';
import type { Whereabouts } from './location.ts';

export interface DestroyOptions extends ApplyOptions {
  readonly deleteData: boolean;
  /** Told what would be done. @returns whether to do it */
  readonly isToBeDone: (removals: readonly Removal[]) => Promise<boolean>;
}

/**
 * Takes down what `provision` made, the last first. Where it fails, another run goes on.
 * @param where the table is undefined where nothing tells which one it is: then it was deleted before
 * @param description as it lies in the bucket; undefined: it does not
 * @returns what was to be done
 */
export async function destroy(
  where: Omit<Whereabouts, 'table'> & { readonly table: string | undefined },
  description: Description | undefined,
  clients: Clients,
  options: DestroyOptions,
): Promise<readonly Removal[]> {
  const { table = '' } = where;
  const parts = partsOf({ ...where, table }, clients, { zip: noZip, email: undefined });
  const looked = kinds.filter((kind) => kind !== 'table' || table !== '');
  const found = await readParts(parts, looked);
  const removals = removalsFor(found, namesIn({ ...where, table }), options.deleteData);
  if (!removals.some((one) => one.do !== 'keep') || !(await options.isToBeDone(removals))) return removals;
  for (const { kind, name, do: what } of removals) {
    if (what === 'keep') continue;
    if (options.stop.aborted) {
      throw new LoaderError('INTERRUPTED', 'interrupted', { hint: 'Run it again: it goes on from here.' });
    }
    const mark = found.get(kind)?.mark ?? 'none';
    await part(parts, kind).remove(mark);
    options.say(`${what === 'delete' ? 'deleted' : 'released'} ${kind} ${name}`);
  }
  const isKept = removals.some(({ kind, do: what }) => kind === 'description' && what === 'keep');
  if (isKept && description !== undefined) {
    // Which table there is, is to be found another time.
    await part(parts, 'description').change({ text: descriptionText({ ...description, takenDown: true }) }, new Set());
  }
  return removals;
}

function part(parts: ReadonlyMap<Kind, Part>, kind: Kind): Part {
  const one = parts.get(kind);
  if (one === undefined) throw new Error(`nobody takes down a ${kind}`);
  return one;
}

function noZip(): Promise<never> {
  throw new Error('nothing is made here');
}

function namesIn({ names, bucket, table }: Whereabouts): ReadonlyMap<Kind, string> {
  const all: Record<Kind, string> = {
    topic: names.topic,
    bucket,
    description: `s3://${bucket}/${descriptionName}`,
    'default settings': `s3://${bucket}/${defaultSettingsName}`,
    'dead-letter queue': names.deadLetters,
    queue: names.queue,
    table,
    notification: `${bucket} → ${names.queue}`,
    'log group': names.logGroup,
    role: names.role,
    function: names.function,
    'event source mapping': `${names.queue} → ${names.function}`,
    alarm: names.alarm,
  };
  return new Map(Object.entries(all) as [Kind, string][]);
}
