/**
 * DynamoDB's limits, each with its unit and its source: DG = "Quotas and constraints" in the Amazon DynamoDB
 * Developer Guide (Constraints, CapacityUnitCalculations), API = the API reference of BatchWriteItem.
 * Messages and checks take the numbers from here, so that the two never part ways.
 */

/** Puts and deletes in one BatchWriteItem request at most (API). */
export const maxBatchItems = 25;

/** Body of one BatchWriteItem request at most, in bytes as sent: 16 MB (API). */
export const maxBatchBytes = 16 * 1024 * 1024;

/** One item at most, in bytes of attribute names and values: 400 KB (DG). */
export const maxItemBytes = 409_600;

/** Value of a partition key at most, in bytes; of a table or of an index (DG). */
export const maxPartitionKeyBytes = 2048;

/** Value of a sort key at most, in bytes; of a table or of an index (DG). */
export const maxSortKeyBytes = 1024;

/** Name of an attribute at most, in bytes of UTF-8: less than 64 KB (DG). */
export const maxAttributeNameBytes = 65_535;

/** Name of a table, in characters of `A-Za-z0-9_.-` (DG). */
export const minTableNameLength = 3;
export const maxTableNameLength = 255;

/** Digits of a number from its first to its last that is not 0 (DG). */
export const maxNumberDigits = 38;

/** Exponents of the smallest and the largest magnitude of a number: 1E-130 to 9.99…E+125 (DG). */
export const minNumberExponent = -130;
export const maxNumberExponent = 125;

/** A write unit covers this many bytes of one item, rounded up per item (DG). */
export const writeUnitBytes = 1024;

/** Write units that an item of this size costs, whatever indexes and a larger old item add (DG CapacityUnitCalculations). */
export function unitsOf(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / writeUnitBytes));
}
