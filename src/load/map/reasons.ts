import { maxItemBytes, maxNumberDigits, maxNumberExponent, minNumberExponent } from '../../dynamodb/limits.ts';
import type { RejectCode } from '../../errors.ts';
import type { Attribute } from './attribute.ts';
import type { Span } from '../memory.ts';
import { explainBase64 } from './base64.ts';
import { showText, showValue } from '../../text/quote-value.ts';
import { findInvalidUtf8 } from './text.ts';

/** Why a reader could not make fields of a record. */
export function faultReason(code: RejectCode): string {
  if (code === 'TEXT_AFTER_QUOTE') {
    return 'Text stands between a closing quote and the next delimiter: double the quotes inside a quoted field.';
  }
  return `The record cannot be read (${code}).`;
}

/** Why a record with fewer or more fields than the header is not loaded. */
export function raggedReason(found: number, expected: number): string {
  const count = `The record has ${found} ${found === 1 ? 'field' : 'fields'}, the header ${expected}`;
  if (found < expected) return `${count}: --ragged pad would take the missing ones for empty.`;
  return `${count}: is a field with the delimiter in it not quoted? --ragged truncate would drop what is beyond.`;
}

/** Why an item whose parts are all good is too large. */
export function itemReason(sizeBytes: number): string {
  return `The item has ${sizeBytes} bytes of names and values, DynamoDB takes ${maxItemBytes} at most.`;
}

/** Why the value of one field is refused: column, value, what is wrong, what is expected. */
export function fieldReason(code: RejectCode, attribute: Attribute, field: Span): string {
  const { bytes, start, end } = field;
  const where = `Column ${showText(attribute.column)}: `;
  const value = `${where}${showValue(bytes, start, end)}`;
  switch (code) {
    case 'INVALID_BYTES': {
      const valid = bytes.toString('utf8', start, start + findInvalidUtf8(bytes, start, end));
      const place = Array.from(valid).length + 1;
      return `${value} is not valid text in the encoding of the source, from character ${place} of the value on: is another one meant (--encoding)?`;
    }
    case 'NOT_A_NUMBER':
      return `${value} is not a number: digits are expected, with a sign, a decimal point or an exponent at most.`;
    case 'NUMBER_TOO_PRECISE':
      return `${value} has more than the ${maxNumberDigits} significant digits of a DynamoDB number; type S keeps it as text.`;
    case 'NUMBER_OUT_OF_RANGE':
      return `${value} is not 0 and not from 1E${minNumberExponent} to 9.99…E+${maxNumberExponent} in magnitude; type S keeps it as text.`;
    case 'NOT_A_BOOLEAN':
      return `${value} is not a boolean: true, false, 1 or 0 is expected.`;
    case 'NOT_A_NULL':
      return `${value} is not null: the column is of type NULL and takes an empty field, null or true.`;
    case 'NOT_BASE64':
      return `${value} is not base64: ${explainBase64(bytes, start, end)}.`;
    case 'KEY_EMPTY':
      return start === end
        ? `${where}the ${attribute.role} key ${showText(attribute.name)} is empty, and DynamoDB takes no item without it.`
        : `${value} is one of the null strings, and the ${attribute.role} key ${showText(attribute.name)} must have a value.`;
    default:
      return `${value} ${tooLong(attribute, end - start)}.`;
  }
}

function tooLong(attribute: Attribute, fieldBytes: number): string {
  const found = attribute.type === 'B' ? `is binary from ${fieldBytes} bytes of base64` : `has ${fieldBytes} bytes`;
  if (attribute.role === 'plain') return `${found}, and a whole item has ${maxItemBytes} at most`;
  const what = attribute.role === 'index' ? 'this key of an index' : `the ${attribute.role} key`;
  return `${found}, and the value of ${what} has ${attribute.maxBytes} at most`;
}
