/** The types a key attribute can have. */
export type KeyType = 'S' | 'N' | 'B';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** What a load needs to know of a table. */
export interface TableDescription {
  readonly name: string;
  /** Undefined where the endpoint gives none. */
  readonly arn?: string | undefined;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | undefined;
  /** Key attributes of secondary indexes that are not keys of the table, with the role each plays. */
  readonly indexKeys: readonly (KeyAttribute & { readonly role: 'partition' | 'sort' })[];
  /** Provisioned write units a second; undefined for an on-demand table. */
  readonly provisionedWriteUnits: number | undefined;
  /** Those of global secondary indexes, by name; undefined where none has any. */
  readonly indexWriteUnits?: ReadonlyMap<string, number> | undefined;
}
