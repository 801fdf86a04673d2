import { cleanMessage } from '../../text/clean-message.ts';
import { LoaderError, type ErrorCode } from '../../errors.ts';
import { meaningsWith } from './meanings.ts';
import { callError, reasonFor, toLoaderError } from './translate.ts';

/** What was being done when an error came: for the words of its message and hint. */
export interface DynamoDBCall {
  /** As IAM names it after `dynamodb:`. */
  readonly action: 'BatchWriteItem' | 'DescribeTable' | 'CreateTable';
  /** Undefined where only the request's body knows. */
  readonly table?: string | undefined;
}

/** An answer of HTTP 413 carries no error code of DynamoDB; this one stands for it. */
export const requestTooLarge = 'RequestTooLarge';

/** Source: API Reference, the errors of BatchWriteItem, DescribeTable and CreateTable. */
export const dynamodbMeanings = meaningsWith({
  throttled: ['ProvisionedThroughputExceededException'],
  // AWS calls the first retryable, but an item collection does not shrink while a load waits
  refused: ['ItemCollectionSizeLimitExceededException', requestTooLarge],
  unknown: ['ReplicatedWriteConflictException'],
  TABLE_NOT_FOUND: ['ResourceNotFoundException', 'TableNotFoundException'],
  TABLE_NOT_READY: ['LimitExceededException', 'ResourceInUseException'],
});

/** What the SDK throws for a call of DynamoDB as `toLoaderError` has it. Codes besides: TABLE_NOT_FOUND, TABLE_NOT_READY. */
export function toDynamoDBError(error: unknown, call: DynamoDBCall): Error {
  return toLoaderError(error, wordsOf(call), {
    title: 'DynamoDB',
    meanings: dynamodbMeanings,
    explain: (code, answer) => dynamodbError(code, call, reasonFor(code, answer)),
  });
}

/** The error that ends a run; see `callError`. */
export function dynamodbError(code: ErrorCode, call: DynamoDBCall, why: string): LoaderError {
  const { action, on } = wordsOf(call);
  if (code === 'TABLE_NOT_FOUND') {
    return new LoaderError(code, `${on} is not there`, {
      hint: 'Check --table, --region and --endpoint-url, or let --create-table make it.',
    });
  }
  if (code === 'TABLE_NOT_READY') {
    const because = why === '' ? '' : `: ${cleanMessage(why)}`;
    return new LoaderError(code, `${on} cannot be used now${because}`, { hint: 'Try again when it is ACTIVE.' });
  }
  return callError(code, { action, on }, why, {
    ACCESS_DENIED: `Allow ${action} on the table's ARN to the role or user that runs csv2ddb.`,
  });
}

function wordsOf({ action, table }: DynamoDBCall): { action: string; on: string } {
  return { action: `dynamodb:${action}`, on: table === undefined ? 'the table' : `table ${table}` };
}

/** The bare error code: `com.amazonaws.dynamodb.v20120810#X` and `X:http://…` are both `X`. */
export function errorCodeOf(type: string): string {
  // Smithy's AWS JSON 1.0: first what follows a colon goes, then what precedes a hash
  const beforeColon = type.split(':', 1).join('');
  return beforeColon.slice(beforeColon.lastIndexOf('#') + 1).trim();
}
