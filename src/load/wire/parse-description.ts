import type { TableDescription as SdkTable } from '@aws-sdk/client-dynamodb';
import { isReady, readDescription } from '../../aws/table/description.ts';
import type { TableDescription } from '../../dynamodb/table.ts';
import type { RawResponse } from './http-response.ts';
import { isIntact } from './parse-response.ts';

/**
 * Parses the response to DescribeTable.
 * @returns undefined for every response that does not describe a table that accepts writes
 */
export function parseDescription(name: string, response: RawResponse): TableDescription | undefined {
  if (response.status !== 200 || !isIntact(response)) return undefined;
  try {
    const { Table: table } = JSON.parse(response.body.toString()) as { readonly Table: SdkTable };
    return isReady(table) ? readDescription(name, table) : undefined;
  } catch {
    // Not JSON, or of another shape.
    return undefined;
  }
}
