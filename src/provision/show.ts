import { plural } from '../report/format.ts';
import type { Json, Kind } from './part.ts';
import { isNothing, textOf, type Plan, type Step } from './plan.ts';

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
      : changes.map(({ property, from, to }) => `      ${property}: ${short(from)} → ${short(to)}`);
  return [head, ...lines];
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
  return `${past[what]} ${named(kind, name)}${how}`;
}

export function named(kind: Kind, name: string): string {
  return `${kind} ${name}`;
}
