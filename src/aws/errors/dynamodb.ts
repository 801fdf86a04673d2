import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError, type ErrorCode } from '../../errors.ts';
import { withSharedMeanings } from './meanings.ts';
import { callError, reasonFor, toLoaderError, type ApiCall } from './translate.ts';

/** The call that failed, for the message and the hint. */
export interface DynamoDBCall {
  /** IAM name of the call without `dynamodb:`. */
  readonly action: 'BatchWriteItem' | 'DescribeTable' | 'CreateTable';
  /** Undefined if only the request body has the name. */
  readonly table?: string | undefined;
}

/** Error code of HTTP 413, for which DynamoDB has none. */
export const requestTooLarge = 'RequestTooLarge';

/** Source: API Reference, the errors of BatchWriteItem, DescribeTable and CreateTable. */
export const dynamodbMeanings = withSharedMeanings({
  throttled: ['ProvisionedThroughputExceededException'],
  // AWS calls the first one retryable, but an item collection does not shrink during a load.
  refused: ['ItemCollectionSizeLimitExceededException', requestTooLarge],
  unknown: ['ReplicatedWriteConflictException'],
  TABLE_NOT_FOUND: ['ResourceNotFoundException', 'TableNotFoundException'],
  TABLE_NOT_READY: ['LimitExceededException', 'ResourceInUseException'],
});

/** Translates the error of a DynamoDB call (see `toLoaderError`). More codes: TABLE_NOT_FOUND, TABLE_NOT_READY. */
export function toDynamoDBError(error: unknown, call: DynamoDBCall): Error {
  return toLoaderError(error, toApiCall(call), {
    title: 'DynamoDB',
    meanings: dynamodbMeanings,
    explain: (code, response) => dynamodbError(code, call, reasonFor(code, response)),
  });
}

/** Returns the error that ends a run; see `callError`. */
export function dynamodbError(code: ErrorCode, call: DynamoDBCall, why: string): LoaderError {
  const { action, on } = toApiCall(call);
  if (code === 'TABLE_NOT_FOUND') {
    return new LoaderError(code, `${on} does not exist`, {
      hint: 'Create it with --create-table, or check --table, --region and --endpoint-url.',
    });
  }
  if (code === 'TABLE_NOT_READY') {
    const because = why === '' ? '' : `: ${cleanMessage(why)}`;
    return new LoaderError(code, `${on} is not ready${because}`, {
      hint: 'Wait until the table is ACTIVE, then try again.',
    });
  }
  return callError(code, { action, on }, why, {
    ACCESS_DENIED: `Allow ${action} on the table's ARN for the role or user that runs csv2ddb.`,
  });
}

function toApiCall({ action, table }: DynamoDBCall): ApiCall {
  return { action: `dynamodb:${action}`, on: table === undefined ? 'the table' : `table ${table}` };
}

/** Extracts the error code: `com.amazonaws.dynamodb.v20120810#X` and `X:http://…` both become `X`. */
export function errorCodeOf(type: string): string {
  // Smithy, AWS JSON 1.0: first drop everything after a colon, then everything before a hash.
  const beforeColon = type.split(':', 1).join('');
  return beforeColon.slice(beforeColon.lastIndexOf('#') + 1).trim();
}
