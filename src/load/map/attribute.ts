import type { RejectCode } from '../../errors.ts';
import type { AttributeType, MapSettings } from '../settings.ts';
import { toConstant, type Constant } from '../memory.ts';
import type { AttributeRole, BoundColumn } from './bind-to-table.ts';

/** The rule for a field that is empty or a null string. `value` treats it like any other field. */
export type BlankRule = 'value' | 'omit' | 'null' | 'refuse';

/** A column with everything that the mapper needs, compiled once. */
export interface AttributePlan extends BoundColumn {
  readonly tooLongCode: RejectCode;
  readonly nameBytes: number;
  readonly whenEmpty: BlankRule;
  readonly whenNullString: BlankRule;
  /** `"},"name":{"S":"`, for each kind of preceding bytes. */
  readonly prefix: AttributePrefixes;
  /** `"},"name":{"NULL":true`, for each kind of preceding bytes. */
  readonly nullAttribute: AttributePrefixes;
  /** Maximum length of both, in bytes. */
  readonly maxConstantBytes: number;
}

/**
 * The prefixes of an attribute also close the previous attribute, so that only one constant is written between two
 * values. Text is closed by `"}`, a word (`true`, `false`) by `}`. The first attribute follows the opening brace.
 */
export type AttributePrefixes = readonly [afterText: Constant, afterWord: Constant, afterBrace: Constant];

/** Indexes in `AttributePrefixes`. */
export const afterText = 0;
export const afterWord = 1;
export const afterBrace = 2;
export type Preceding = typeof afterText | typeof afterWord | typeof afterBrace;

/**
 * Compiles a column. Empty fields and null strings follow the settings, with three exceptions. A table key must have a
 * value, so the record is rejected. An index key may be missing but never empty or NULL, so the attribute is always
 * omitted. A column of type NULL is always NULL.
 */
export function compileAttribute(column: BoundColumn, settings: MapSettings): AttributePlan {
  const { index, name, type, role, maxBytes } = column;
  const nullAttribute = compilePrefixes(name, '"NULL":true');
  const whenNullString = getBlankRule(role, 'null');
  return {
    index,
    column: column.column,
    name,
    type,
    role,
    maxBytes,
    tooLongCode: role === 'plain' ? 'ITEM_TOO_LARGE' : role === 'index' ? 'INDEX_KEY_TOO_LONG' : 'KEY_TOO_LONG',
    nameBytes: Buffer.byteLength(name),
    whenEmpty: settings.nullStrings.includes('') ? whenNullString : getBlankRule(role, getEmptyRule(type, settings)),
    whenNullString,
    prefix: compilePrefixes(name, type === 'BOOL' ? '"BOOL":' : type === 'NULL' ? '"NULL":true' : `"${type}":"`),
    nullAttribute,
    maxConstantBytes: nullAttribute[afterText].length,
  };
}

function getEmptyRule(type: AttributeType, settings: MapSettings): BlankRule {
  if (type === 'NULL') return 'null';
  if (settings.empty !== 'string') return settings.empty;
  return type === 'S' || type === 'B' ? 'value' : 'omit';
}

function getBlankRule(role: AttributeRole, plain: BlankRule): BlankRule {
  if (role === 'plain') return plain;
  return role === 'index' ? 'omit' : 'refuse';
}

function compilePrefixes(name: string, value: string): AttributePrefixes {
  const attribute = `${JSON.stringify(name)}:{${value}`;
  return [toConstant(`"},${attribute}`), toConstant(`},${attribute}`), toConstant(attribute)];
}
