import type { ValueKind } from './value-kind.ts';
import { switchValue } from './values.ts';

/** Headings of the help and of docs/options.md, in order. */
export const groups = {
  global: 'Global options',
  table: 'Table',
  source: 'Sources',
  read: 'Reading the CSV',
  map: 'Items',
  write: 'Writing to DynamoDB',
  report: 'Reports, rejects and resuming',
  local: 'Embedded DynamoDB',
  pipeline: 'Pipeline',
  upload: 'Upload',
  provision: 'Creating and destroying a pipeline',
  permissions: 'Permissions',
} as const;

export type Group = keyof typeof groups;

/** A command. Every command takes the global options. */
export type CommandName =
  'direct' | 'upload' | 'provision' | 'worker' | 'status' | 'redrive' | 'destroy' | 'local' | 'completion';

/** An option: the source of the help, the parser, the checks, docs/options.md, config.schema.json and the completion. */
export interface Option<T> {
  /** Long name without the dashes. */
  readonly name: string;
  /** Undefined: all commands. */
  readonly commands: readonly CommandName[] | undefined;
  readonly group: Group;
  /** Replaces the placeholder of its kind. */
  readonly placeholder?: string;
  /** A noun phrase or an imperative, up to 69 characters. The help adds the range and the default. */
  readonly help: string;
  /** One or two more sentences, shown only in docs/options.md and config.schema.json. */
  readonly details: string | undefined;
  /** As a user would write it. Undefined if leaving the option out has its own meaning, see `otherwise`. */
  readonly default: string | undefined;
  /** For people: the effect of leaving the option out, if there is no `default`. */
  readonly otherwise: string | undefined;
  /** The value if the option is given without one. */
  readonly bare: string | undefined;
  /** Name of the environment variable. */
  readonly env: string;
  readonly kind: ValueKind<T>;
  /** The value if the option is not given. */
  readonly absent: T;
}

/** The commands and the heading of an option. */
export interface OptionScope {
  readonly commands: readonly CommandName[] | undefined;
  readonly group: Group;
}

/** An option before it is named after its key in the table. */
type UnnamedOption<T> = Omit<Option<T>, 'name' | 'env'>;

type ValueDescription<T> = Pick<Option<T>, 'placeholder' | 'help' | 'kind'> & { readonly details?: string };

const blank = { details: undefined, default: undefined, otherwise: undefined, bare: undefined };

/** An option that always has a value. */
export function valued<T>(
  scope: OptionScope,
  description: ValueDescription<T> & { readonly default: string },
): UnnamedOption<T> {
  return { ...blank, ...scope, ...description, absent: description.kind.parse(description.default) };
}

/** An option without a default. */
export function optional<T>(
  scope: OptionScope,
  description: ValueDescription<T> & { readonly otherwise: string; readonly bare?: string },
): UnnamedOption<T | undefined> {
  return { ...blank, ...scope, ...description, absent: undefined };
}

/** An option without a value. */
export function flag(scope: OptionScope, help: string, details?: string): UnnamedOption<boolean> {
  return { ...blank, ...scope, help, details, kind: switchValue, absent: false };
}

/** Names options after their keys: `retryFor` becomes `--retry-for` and CSV2DDB_RETRY_FOR. */
export function nameOptions<D extends Readonly<Record<string, UnnamedOption<unknown>>>>(
  unnamed: D,
): { readonly [K in keyof D]: D[K] & Pick<Option<unknown>, 'name' | 'env'> } {
  const entries = Object.entries(unnamed).map(([key, option]) => {
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return [key, { ...option, name, env: `CSV2DDB_${name.toUpperCase().replaceAll('-', '_')}` }];
  });
  return Object.fromEntries(entries) as ReturnType<typeof nameOptions<D>>;
}

/** The option as the help shows it: `--max-errors <n|n%>`. */
export function usageOf(option: Option<unknown>): string {
  const placeholder = option.placeholder ?? option.kind.placeholder;
  return placeholder === undefined ? `--${option.name}` : `--${option.name} ${placeholder}`;
}

/** The default for people; undefined for a switch. */
export function defaultOf(option: Option<unknown>): string | undefined {
  return option.default ?? option.otherwise;
}

/** Returns the help with the range, and the details. */
export function descriptionOf({ help, details, kind: { range } }: Option<unknown>): string {
  const phrase = range === undefined ? help : `${help} (${range})`;
  return details === undefined ? phrase : `${phrase}. ${details}`;
}
