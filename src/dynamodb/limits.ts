/**
 * DynamoDB limits with unit and source: DG = "Quotas and constraints" in the Amazon DynamoDB Developer Guide
 * (Constraints, CapacityUnitCalculations), API = the API reference of BatchWriteItem. Checks and messages share them.
 */

/** Maximum puts and deletes in one BatchWriteItem request (API). */
export const maxBatchItems = 25;

/** Maximum body size of one BatchWriteItem request as sent, in bytes: 16 MB (API). */
export const maxBatchBytes = 16 * 1024 * 1024;

/** Maximum item size, in bytes of attribute names and values: 400 KB (DG). */
export const maxItemBytes = 409_600;

/** Maximum length of a partition key value of a table or index, in bytes (DG). */
export const maxPartitionKeyBytes = 2048;

/** Maximum length of a sort key value of a table or index, in bytes (DG). */
export const maxSortKeyBytes = 1024;

/** Maximum length of an attribute name, in bytes of UTF-8: less than 64 KB (DG). */
export const maxAttributeNameBytes = 65_535;

/** Length of a table name, in characters of `A-Za-z0-9_.-` (DG). */
export const minTableNameLength = 3;
export const maxTableNameLength = 255;

/** Maximum significant digits of a number, from its first to its last nonzero digit (DG). */
export const maxNumberDigits = 38;

/** Exponents of the smallest and largest magnitude of a number: 1E-130 to 9.99…E+125 (DG). */
export const minNumberExponent = -130;
export const maxNumberExponent = 125;

/** Bytes of one item that a write unit covers, rounded up per item (DG). */
export const writeUnitBytes = 1024;

/** Returns the write units to put an item of this size. Ignores indexes, and the size of the item that it replaces (DG). */
export function countWriteUnits(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / writeUnitBytes));
}
