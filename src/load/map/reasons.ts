import { maxItemBytes, maxNumberDigits, maxNumberExponent, minNumberExponent } from '../../dynamodb/limits.ts';
import type { RejectCode } from '../../errors.ts';
import type { RecordFault } from '../read/record.ts';
import type { AttributePlan } from './attribute.ts';
import type { Span } from '../memory.ts';
import { explainBase64 } from './base64.ts';
import { quoteText, quoteValue } from '../../text/quote-value.ts';
import { findInvalidUtf8 } from './text.ts';

/** Reasons why the reader could not split a record into fields, each with how to fix it. */
export const faultReasons: Readonly<Record<RecordFault, string>> = {
  TEXT_AFTER_QUOTE: 'text after a closing quote: double the quotes inside a quoted field',
  STRAY_QUOTE:
    'a quote inside an unquoted field encloses a delimiter: add the missing delimiter, quote the whole field, or use --stray-quotes text',
  UNCLOSED_QUOTE:
    'a quote is not closed before the end of the line: close it, or allow line endings with --multiline yes',
  INVALID_ESCAPE: 'a backslash starts no sequence that --unescape can decode: double it if it is text',
};

/** Explains why a record with fewer or more fields than the header is rejected. */
export function explainCount(found: number, expected: number): string {
  const count = `the record has ${found} ${found === 1 ? 'field' : 'fields'}, but the header has ${expected}`;
  if (found < expected) return `${count}: use --ragged pad to treat missing fields as empty`;
  return `${count}: quote fields that contain the delimiter, or use --ragged truncate to drop extra fields`;
}

/** Explains why a record with text in a column without a name is rejected. @param column its number, from 1 */
export function explainUnnamed(column: number, { bytes, start, end }: Pick<Span, 'bytes' | 'start' | 'end'>): string {
  return `column ${column} has no name, but the record has ${quoteValue(bytes, start, end)} in it: name the column with --unnamed name`;
}

/** Explains why an item is too large. */
export function explainItemSize(sizeBytes: number): string {
  return `the item is ${sizeBytes} bytes long, but DynamoDB allows at most ${maxItemBytes}`;
}

/** Explains why a field is rejected: its column, its value, the problem and the expected value. */
export function explainField(code: RejectCode, attribute: AttributePlan, field: Span): string {
  const { bytes, start, end } = field;
  const column = `column ${quoteText(attribute.column)}: `;
  const value = `${column}${quoteValue(bytes, start, end)}`;
  switch (code) {
    case 'INVALID_BYTES': {
      const valid = bytes.toString('utf8', start, start + findInvalidUtf8(bytes, start, end));
      const position = Array.from(valid).length + 1;
      return `${value} contains invalid bytes at character ${position}: check --encoding`;
    }
    case 'NOT_A_NUMBER':
      return `${value} is not a number: expected digits with an optional sign, decimal point and exponent`;
    case 'NUMBER_TOO_PRECISE':
      return `${value} has more than ${maxNumberDigits} significant digits, the maximum in DynamoDB: use type S to keep it as text`;
    case 'NUMBER_OUT_OF_RANGE':
      return `${value} is out of range: DynamoDB allows 0 and magnitudes from 1E${minNumberExponent} to 9.99…E+${maxNumberExponent}; use type S to keep it as text`;
    case 'NOT_A_BOOLEAN':
      return `${value} is not a boolean: expected true, false, 1 or 0`;
    case 'NOT_A_NULL':
      return `${value} is not null: expected an empty field, null or true in a column of type NULL`;
    case 'NOT_BASE64':
      return `${value} is not base64: ${explainBase64(bytes, start, end)}`;
    case 'KEY_EMPTY':
      if (end < start)
        return `${column}the ${attribute.role} key ${quoteText(attribute.name)} is NULL, but DynamoDB requires a value`;
      return start === end
        ? `${column}the ${attribute.role} key ${quoteText(attribute.name)} is empty, but DynamoDB requires a value`
        : `${value} matches --null-strings, but the ${attribute.role} key ${quoteText(attribute.name)} requires a value`;
    default:
      return `${value} ${explainLength(attribute, end - start)}`;
  }
}

function explainLength(attribute: AttributePlan, fieldBytes: number): string {
  const found = `is ${fieldBytes} bytes ${attribute.type === 'B' ? 'of base64' : 'long'}`;
  if (attribute.role === 'plain') return `${found}, but an item may have at most ${maxItemBytes} bytes`;
  const key = attribute.role === 'index' ? 'an index key' : `the ${attribute.role} key`;
  return `${found}, but ${key} may have at most ${attribute.maxBytes} bytes`;
}
