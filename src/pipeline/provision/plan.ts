import { isDeepStrictEqual } from 'node:util';
import { LoaderError } from '../../errors.ts';
import { untaggedKinds, type CurrentState, type CurrentStates, type DesiredState, type Json } from './resource.ts';

/** The change of a property from its current to its desired value. */
export interface PropertyChange {
  readonly property: string;
  /** Null if it is not set. */
  readonly from: Json;
  readonly to: Json;
}

/** The action that brings a resource to its desired state. */
export interface PlanStep extends Pick<DesiredState, 'kind' | 'name' | 'properties'> {
  /** `adopt`: tag a resource that existed before, and change the properties that the pipeline needs. */
  readonly do: 'create' | 'adopt' | 'change' | 'keep';
  /** Empty for `create` and `keep`. */
  readonly changes: readonly PropertyChange[];
}

export type Plan = readonly PlanStep[];

/**
 * Returns the steps from the current to the desired state, in order. Pure: `--dry-run` only prints the plan.
 * @throws LoaderError TABLE_MISMATCH if a fixed property of an existing resource differs
 */
export function makePlan(desired: readonly DesiredState[], current: CurrentStates): Plan {
  return desired.map((one) => planStep(one, current.get(one.kind)));
}

function planStep(desired: DesiredState, current: CurrentState | undefined): PlanStep {
  const { kind, name, properties } = desired;
  if (current === undefined) return { kind, name, do: 'create', properties, changes: [] };
  const isUntagged = untaggedKinds.has(kind);
  const isOwn = current.ownership === 'made' || isUntagged;
  const names = isOwn ? Object.keys(properties) : (desired.ifAdopted ?? Object.keys(properties));
  const changes = names
    .map((property) => ({ property, from: current.properties[property] ?? null, to: properties[property] ?? null }))
    .filter(({ from, to }) => !isDeepStrictEqual(from, to));
  const mismatches = changes.filter(({ property }) => desired.fixed?.includes(property) === true);
  if (mismatches.length > 0) throw toMismatchError(desired, mismatches);
  const isNew = !isUntagged && current.ownership === 'none';
  return { kind, name, do: isNew ? 'adopt' : changes.length > 0 ? 'change' : 'keep', properties, changes };
}

export function isUpToDate(plan: Plan): boolean {
  return plan.every((step) => step.do === 'keep');
}

function toMismatchError({ kind, name }: DesiredState, changes: readonly PropertyChange[]): LoaderError {
  const reasons = changes.map(
    ({ property, from, to }) => `its ${property} is ${formatValue(from)}, not ${formatValue(to)}`,
  );
  return new LoaderError('TABLE_MISMATCH', `cannot use the existing ${kind} ${name}: ${reasons.join(', and ')}`, {
    hint: 'Choose a different table with --table, or change the options to match the existing table.',
  });
}

export function formatValue(value: Json): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
