import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Buffer } from 'node:buffer';

/** An item in DynamoDB JSON, as the SDK returns it or a request body contains it. */
export type Item = Record<string, AttributeValue>;

/**
 * Normalizes a decimal number, so that equal numbers (`1`, `1.0`, `1e0`, `01`) give equal texts. Shares no code with
 * csv2ddb, so that the two check each other.
 * @throws Error if the text is not a number.
 */
export function normalizeNumber(text: string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') throw new Error(`not a number: ${JSON.stringify(text)}`);
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const trimmed = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + (digits.length - trimmed.length);
  return `${sign === '-' ? '-' : ''}${trimmed}e${power}`;
}

/** Formats a value so that texts are equal if DynamoDB calls the values equal. Binary may be bytes or base64. */
export function formatValue(value: AttributeValue | undefined): string {
  if (value === undefined) return '(absent)';
  if (value.N !== undefined) return `N ${normalizeNumber(value.N)}`;
  if (value.S !== undefined) return `S ${JSON.stringify(value.S)}`;
  if (value.B !== undefined) {
    const bytes: unknown = value.B;
    return `B ${(typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : Buffer.from(value.B)).toString('base64')}`;
  }
  return JSON.stringify(value);
}

/** Formats the primary key of an item so that texts are equal if DynamoDB calls the keys equal. */
export function formatKey(item: Item, keys: readonly string[]): string {
  return keys.map((name) => formatValue(item[name])).join(' / ');
}
