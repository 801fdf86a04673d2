import { isDeepStrictEqual } from 'node:util';
import { pluralize } from '../../text/format.ts';
import type { Json } from './resource.ts';
import { isUpToDate, formatValue, type PropertyChange, type Plan, type PlanStep } from './plan.ts';

const signs = { create: '+', adopt: '>', change: '~', keep: '=' } as const;
const colors = { create: 32, adopt: 36, change: 33, keep: 90 } as const;

/** Longer values are truncated. */
const maxValueLength = 100;

/** Formats a plan as a diff of the current and the desired state. */
export function formatPlan(plan: Plan, color: boolean): string[] {
  const width = Math.max(...plan.map(({ kind }) => kind.length));
  return [...plan.flatMap((step) => formatPlanStep(step, width, color)), '', formatTotals(plan)];
}

function formatPlanStep(step: PlanStep, width: number, color: boolean): string[] {
  const { kind, name, properties, changes } = step;
  const paint = (text: string): string => (color ? `\u001b[${colors[step.do]}m${text}\u001b[39m` : text);
  const head = paint(`${signs[step.do]} ${step.do.padEnd(6)}  ${kind.padEnd(width)}  ${name}`);
  const lines =
    step.do === 'create'
      ? Object.entries(properties)
          .filter(([, value]) => value !== null)
          .map(([property, value]) => `      ${property}: ${shorten(value)}`)
      : changes
          .flatMap(({ property, from, to }) => splitChange(property, from, to))
          .map(({ property, from, to }) => `      ${property}: ${shorten(from)} → ${shorten(to)}`);
  return [head, ...lines];
}

/** Splits the change of a nested value into changes of its elements. */
function splitChange(property: string, from: Json, to: Json): PropertyChange[] {
  const [before, after] = [toMap(from), toMap(to)];
  if (before === undefined || after === undefined) return [{ property, from, to }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old, desired] = [before[name] ?? null, after[name] ?? null];
    return isDeepStrictEqual(old, desired) ? [] : splitChange(`${property}.${name}`, old, desired);
  });
}

/** Returns the elements of an object, an array or a JSON object in a string by name; undefined for other values. */
function toMap(value: Json): Readonly<Record<string, Json>> | undefined {
  if (Array.isArray(value))
    return Object.fromEntries(value.map((one: Json, index) => [getElementName(one) ?? String(index), one]));
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, Json>>;
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return undefined;
  try {
    return JSON.parse(value) as Readonly<Record<string, Json>>;
  } catch {
    return undefined;
  }
}

/** Policy statements are compared by name, because their order has no meaning. */
function getElementName(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  const name = typeof value === 'object' && value !== null && 'Sid' in value ? value['Sid'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function shorten(value: Json): string {
  const text = formatValue(value).replace(/\s+/g, ' ').trim();
  return text.length > maxValueLength ? `${text.slice(0, maxValueLength)}…` : text;
}

function formatTotals(plan: Plan): string {
  if (isUpToDate(plan)) return 'No changes: the pipeline is up to date.';
  const count = (one: PlanStep['do']): number => plan.filter((step) => step.do === one).length;
  const totals = (['create', 'adopt', 'change', 'keep'] as const)
    .filter((one) => count(one) > 0)
    .map((one) => `${count(one)} to ${one}`);
  return `${pluralize(plan.length, 'resource')}: ${totals.join(', ')}.`;
}

const past = { create: 'created', adopt: 'adopted', change: 'changed' } as const;

/** Formats a completed step as a line such as `created queue csv2ddb`. */
export function formatDoneStep({ do: action, kind, name, changes }: PlanStep & { do: keyof typeof past }): string {
  const changed =
    action === 'create' || changes.length === 0 ? '' : `: ${changes.map(({ property }) => property).join(', ')}`;
  return `${past[action]} ${kind} ${name}${changed}`;
}
