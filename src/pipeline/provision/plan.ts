import { isDeepStrictEqual } from 'node:util';
import { LoaderError } from '../../errors.ts';
import { unmarkedKinds, type Current, type Desired, type Json, type Kind, type Properties } from './resource.ts';

/** A property that is to become another one. */
export interface Change {
  readonly property: string;
  /** Null: it is not set. */
  readonly from: Json;
  readonly to: Json;
}

/** What is to be done about a resource. */
export interface Step {
  readonly kind: Kind;
  readonly name: string;
  /** `adopt`: it was there before; it is marked so, and what the pipeline needs of it is changed. */
  readonly do: 'create' | 'adopt' | 'change' | 'keep';
  /** What it is to become; of a resource that is made, all of it. */
  readonly properties: Properties;
  /** Empty where it is made, or kept. */
  readonly changes: readonly Change[];
}

export type Plan = readonly Step[];

/**
 * What leads from what is there to what should be, in the order in which it is to be done. A pure value: `--dry-run` prints
 * it, `apply` does it.
 * @throws LoaderError TABLE_MISMATCH where a resource holds data and cannot become what it should be
 */
export function planFor(desired: readonly Desired[], current: ReadonlyMap<Kind, Current>): Plan {
  return desired.map((one) => stepFor(one, current.get(one.kind)));
}

function stepFor(desired: Desired, current: Current | undefined): Step {
  const { kind, name, properties } = desired;
  if (current === undefined) return { kind, name, do: 'create', properties, changes: [] };
  const isUnmarked = unmarkedKinds.has(kind);
  const isOurs = current.mark === 'made' || isUnmarked;
  const names = isOurs ? Object.keys(properties) : (desired.ofAdopted ?? Object.keys(properties));
  const changes = names
    .map((property) => ({ property, from: current.properties[property] ?? null, to: properties[property] ?? null }))
    .filter(({ from, to }) => !isDeepStrictEqual(from, to));
  const impossible = changes.filter(({ property }) => desired.fixed?.includes(property) === true);
  if (impossible.length > 0) throw differs(kind, name, impossible);
  const isNew = !isUnmarked && current.mark === 'none';
  return { kind, name, do: isNew ? 'adopt' : changes.length > 0 ? 'change' : 'keep', properties, changes };
}

/** Whether nothing is to be done. */
export function isNothing(plan: Plan): boolean {
  return plan.every((step) => step.do === 'keep');
}

function differs(kind: Kind, name: string, changes: readonly Change[]): LoaderError {
  const words = changes.map(({ property, from, to }) => `its ${property} is ${textOf(from)}, not ${textOf(to)}`);
  return new LoaderError('TABLE_MISMATCH', `${kind} ${name} is there already, and ${words.join(', and ')}`, {
    hint: 'What holds data is never replaced: name another one, or give the options that fit the one that is there.',
  });
}

/** A value in a few words. */
export function textOf(value: Json): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
