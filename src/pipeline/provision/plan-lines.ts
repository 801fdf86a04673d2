import { isDeepStrictEqual } from 'node:util';
import { plural } from '../../text/format.ts';
import type { Json } from './resource.ts';
import { isNothing, textOf, type Change, type Plan, type Step } from './plan.ts';

const signs = { create: '+', adopt: '>', change: '~', keep: '=' } as const;
const colors = { create: 32, adopt: 36, change: 33, keep: 90 } as const;
const words = { create: 'make', adopt: 'adopt', change: 'change', keep: 'keep' } as const;

/** Values that are longer are shown when they change, and then cut. */
const longestValue = 100;

/** The plan as a diff: what is made, adopted, changed and kept, and how. */
export function planLines(plan: Plan, color: boolean): string[] {
  const width = Math.max(...plan.map(({ kind }) => kind.length));
  return [...plan.flatMap((step) => stepLines(step, width, color)), '', sumOf(plan)];
}

function stepLines(step: Step, width: number, color: boolean): string[] {
  const { kind, name, properties, changes } = step;
  const paint = (text: string): string => (color ? `\u001b[${colors[step.do]}m${text}\u001b[39m` : text);
  const head = paint(`${signs[step.do]} ${words[step.do].padEnd(6)}  ${kind.padEnd(width)}  ${name}`);
  const lines =
    step.do === 'create'
      ? Object.entries(properties)
          .filter(([, value]) => value !== null)
          .map(([property, value]) => `      ${property}: ${short(value)}`)
      : changes
          .flatMap(({ property, from, to }) => innerChanges(property, from, to))
          .map(({ property, from, to }) => `      ${property}: ${short(from)} → ${short(to)}`);
  return [head, ...lines];
}

/** What differs inside of a value that has parts: all of it at once nobody could compare. */
function innerChanges(property: string, from: Json, to: Json): Change[] {
  const [before, after] = [mapIn(from), mapIn(to)];
  if (before === undefined || after === undefined) return [{ property, from, to }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [one, other] = [before[name] ?? null, after[name] ?? null];
    return isDeepStrictEqual(one, other) ? [] : innerChanges(`${property}.${name}`, one, other);
  });
}

/** The parts of a map, a list, or a text that is one in JSON. */
function mapIn(value: Json): Readonly<Record<string, Json>> | undefined {
  if (Array.isArray(value)) return Object.fromEntries(value.map((one: Json, at) => [nameOf(one) ?? String(at), one]));
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, Json>>;
  if (typeof value !== 'string' || !/^\s*\{/.test(value)) return undefined;
  try {
    return JSON.parse(value) as Readonly<Record<string, Json>>;
  } catch {
    return undefined;
  }
}

/** Statements of policies have names, and no place of their own. */
function nameOf(value: Json): string | undefined {
  if (typeof value === 'string') return value;
  const name = typeof value === 'object' && value !== null && 'Sid' in value ? value['Sid'] : undefined;
  return typeof name === 'string' ? name : undefined;
}

function short(value: Json): string {
  const text = textOf(value).replace(/\s+/g, ' ').trim();
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

function sumOf(plan: Plan): string {
  if (isNothing(plan)) return 'Nothing to do: all is as it should be.';
  const count = (one: Step['do']): number => plan.filter((step) => step.do === one).length;
  const parts = (['create', 'adopt', 'change', 'keep'] as const)
    .filter((one) => count(one) > 0)
    .map((one) => `${count(one)} to ${words[one]}`);
  return `${plural(plan.length, 'part')}: ${parts.join(', ')}.`;
}

const past = { create: 'made', adopt: 'adopted', change: 'changed' } as const;

/** `made queue csv2ddb` */
export function doneLine({ do: what, kind, name, changes }: Step & { do: keyof typeof past }): string {
  const how =
    what === 'create' || changes.length === 0 ? '' : `: ${changes.map(({ property }) => property).join(', ')}`;
  return `${past[what]} ${kind} ${name}${how}`;
}
