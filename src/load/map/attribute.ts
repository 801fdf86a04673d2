import type { RejectCode } from '../../errors.ts';
import type { AttributeType, MapSettings } from '../settings.ts';
import { constantOf, type Constant } from '../memory.ts';
import type { AttributeRole, BoundColumn } from './bind-to-table.ts';

/** What becomes of a field that is empty or a null string: `value` treats it as any other field. */
export type BlankRule = 'value' | 'omit' | 'null' | 'refuse';

/** All that the mapper needs for one column, worked out once. */
export interface Attribute extends BoundColumn {
  readonly tooLongCode: RejectCode;
  readonly nameBytes: number;
  readonly whenEmpty: BlankRule;
  readonly whenNullString: BlankRule;
  /** `"},"name":{"S":"`, by what stands before. */
  readonly opening: Entrances;
  /** `"},"name":{"NULL":true`, by what stands before. */
  readonly nullAttribute: Entrances;
  /** Bytes that both take at most. */
  readonly constantBytes: number;
}

/**
 * The bytes of an attribute begin with what closes the one before, so that there is one run of constant bytes
 * between two values. Where that run is entered depends on what stands before: text is closed by `"}`, a word
 * (`true`, `false`) by `}`, and the first attribute has nothing but `{` before it.
 */
export type Entrances = readonly [afterText: Constant, afterWord: Constant, afterBrace: Constant];

/** Places in `Entrances`. */
export const afterText = 0;
export const afterWord = 1;
export const afterBrace = 2;
export type Entrance = typeof afterText | typeof afterWord | typeof afterBrace;

/**
 * Empty fields and null strings follow the settings, except in three kinds of columns. A key of the table must
 * have a value: the record is refused. A key of an index may be missing but never be empty or NULL: the
 * attribute is left out, whatever the settings say. A column of type NULL is always NULL.
 */
export function compileAttribute(column: BoundColumn, settings: MapSettings): Attribute {
  const { index, name, type, role, maxBytes } = column;
  // the longest that an attribute begins with
  const nullAttribute = entrances(name, '"NULL":true');
  const whenNullString = blankRule(role, 'null');
  return {
    index,
    column: column.column,
    name,
    type,
    role,
    maxBytes,
    tooLongCode: role === 'plain' ? 'ITEM_TOO_LARGE' : role === 'index' ? 'INDEX_KEY_TOO_LONG' : 'KEY_TOO_LONG',
    nameBytes: Buffer.byteLength(name),
    whenEmpty: settings.nullStrings.includes('') ? whenNullString : blankRule(role, emptyRule(type, settings)),
    whenNullString,
    opening: entrances(name, type === 'BOOL' ? '"BOOL":' : type === 'NULL' ? '"NULL":true' : `"${type}":"`),
    nullAttribute,
    constantBytes: nullAttribute[afterText].length,
  };
}

function emptyRule(type: AttributeType, settings: MapSettings): BlankRule {
  if (type === 'NULL') return 'null';
  if (settings.empty !== 'string') return settings.empty;
  return type === 'S' || type === 'B' ? 'value' : 'omit';
}

function blankRule(role: AttributeRole, plain: BlankRule): BlankRule {
  if (role === 'plain') return plain;
  return role === 'index' ? 'omit' : 'refuse';
}

function entrances(name: string, value: string): Entrances {
  const attribute = `${JSON.stringify(name)}:{${value}`;
  return [constantOf(`"},${attribute}`), constantOf(`},${attribute}`), constantOf(attribute)];
}
