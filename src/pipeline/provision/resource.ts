export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
/** The properties of a resource by name, as shown in plans. */
export type Properties = Readonly<Record<string, Json>>;

/** Returns a property that is a string. */
export function getText(properties: Properties, name: string): string {
  const value = properties[name];
  if (typeof value !== 'string') throw new Error(`property ${name} is not a string`);
  return value;
}

/** The kinds of resources, in order of creation. They are removed in reverse order. */
export const kinds = [
  'topic',
  'bucket',
  // Created early: `destroy` reads the name of the table from it.
  'description',
  'default settings',
  'dead-letter queue',
  'queue',
  'table',
  'notification',
  'log group',
  'role',
  'function',
  'event source mapping',
  'alarm',
] as const;
export type Kind = (typeof kinds)[number];

/** Parts of other resources, without a tag. They always belong to the pipeline. */
export const untaggedKinds: ReadonlySet<Kind> = new Set([
  'notification',
  'event source mapping',
  'description',
  'default settings',
]);

/** The value of a resource's tag: created by this pipeline, adopted by it, or neither. */
export type Ownership = 'made' | 'adopted' | 'none';

/** The properties that a resource of a pipeline has. */
export interface Definition {
  readonly properties: Properties;
  /** Names of the properties that also apply to an adopted resource. Default: all. */
  readonly ifAdopted?: readonly string[];
  /** Names of the properties that cannot change without losing the data of the resource. */
  readonly fixed?: readonly string[];
}

/** The state of a resource that `provision` aims for. */
export interface DesiredState extends Definition {
  readonly kind: Kind;
  readonly name: string;
}

/** The state of a resource in the account. */
export interface CurrentState {
  readonly properties: Properties;
  readonly ownership: Ownership;
}

/** The current states of the resources that exist. */
export type CurrentStates = ReadonlyMap<Kind, CurrentState>;

/** The operations on a resource. They throw a LoaderError that names the failed action. */
export interface ResourceHandler {
  /** @returns undefined if it does not exist. */
  read(): Promise<CurrentState | undefined>;
  /** Creates and tags the resource, and waits until it is ready. */
  create(properties: Properties): Promise<unknown>;
  /** @param names of the properties that differ */
  change(properties: Properties, names: ReadonlySet<string>): Promise<unknown>;
  /** Tags a resource that existed before. */
  adopt(): Promise<unknown>;
  /** Deletes the resource if it exists. */
  delete(): Promise<unknown>;
  /** Removes the tag and the settings of the pipeline from an adopted resource, if it exists. */
  release(): Promise<unknown>;
}

export interface ResourceHandlerOptions {
  /** The function's package. Required for creating or changing the function. */
  readonly zip?: Uint8Array;
  /** Address that subscribes to the topic. Its owner must confirm the subscription. */
  readonly email?: string | undefined;
}

/** The tag operations of an untagged resource: none. */
export const untaggedHandler: Pick<ResourceHandler, 'adopt' | 'release'> = {
  adopt: () => Promise.resolve(),
  release: () => Promise.resolve(),
};
