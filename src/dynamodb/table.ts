/** The types that a key attribute can have. */
export type KeyType = 'S' | 'N' | 'B';

export interface KeyAttribute {
  readonly name: string;
  readonly type: KeyType;
}

/** The facts about a table that a load needs. */
export interface TableDescription {
  readonly name: string;
  /** Undefined if the endpoint does not return it. */
  readonly arn?: string | undefined;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute | undefined;
  /** Key attributes of secondary indexes that are not keys of the table, with their role in the index. */
  readonly indexKeys: readonly (KeyAttribute & { readonly role: 'partition' | 'sort' })[];
  /** Provisioned write units per second; undefined for an on-demand table. */
  readonly provisionedWriteUnits: number | undefined;
  /** Provisioned write units per second of global secondary indexes, by name; undefined if none has any. */
  readonly indexWriteUnits?: ReadonlyMap<string, number> | undefined;
}
