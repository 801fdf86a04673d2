import { describe, expect, it } from 'vitest';
import { dynamodbError } from '../../../../src/aws/errors/dynamodb.ts';
import { LoaderError } from '../../../../src/errors.ts';
import { toFailure } from '../../../../src/pipeline/state/failure.ts';
import {
  createNotResumableError,
  TransientError,
  createRetriesExhaustedError,
} from '../../../../src/load/source/remote/object-errors.ts';
import { archivedObjectError } from '../../../../src/aws/errors/s3.ts';
import { createChangedSourceError, createDifferentSourceError } from '../../../../src/load/source/errors.ts';
import { assertSameTable } from '../../../../src/load/settle/checkpoint.ts';

const source = 's3://b/import/a.csv';
const doing = { action: 'BatchWriteItem', table: 'people' } as const;

function thrownBy(call: () => void): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('the hint of a job that failed', () => {
  it.each<[title: string, error: unknown, hint: RegExp | null]>([
    [
      'without a table',
      dynamodbError('TABLE_NOT_FOUND', doing, ''),
      /^Create the table.* csv2ddb redrive\. If records/,
    ],
    ['with expired credentials', dynamodbError('CREDENTIALS_INVALID', doing, ''), /^Renew .* csv2ddb redrive\.$/],
    ['without permission', dynamodbError('ACCESS_DENIED', doing, ''), /^Allow dynamodb:BatchWriteItem/],
    [
      'with a table that accepts no writes',
      new LoaderError('RETRIES_EXHAUSTED', 'no write', { hint: 'Fix the cause and resume with --resume.' }),
      /^Fix the cause, then resume the job with csv2ddb redrive\.$/,
    ],
    ['into a different table', thrownBy(() => { assertSameTable('it', 'a', 'b'); }), /^Upload the file again/], // prettier-ignore
    ['because the object changed', createChangedSourceError(source, 'its ETag'), /^Upload the file again\.$/],
    [
      'because the object is a different one',
      createDifferentSourceError(source, 'its ETag'),
      /^Upload the file again\.$/,
    ],
    [
      'because a connection broke',
      createNotResumableError(source, 'it broke', 10),
      /^Resume the job with csv2ddb redrive\.$/,
    ],
    [
      'because all retries failed',
      createRetriesExhaustedError(source, new TransientError('it broke'), 3, 10),
      /^Resume the job with csv2ddb redrive\.$/,
    ],
    ['because the object is archived', archivedObjectError(source), /^Restore it first/],
    ['because of a bug', new TypeError('x is not a function'), null],
  ])('%s applies to a pipeline', (_, error, hint) => {
    const { hint: actual } = toFailure(error);
    if (hint === null) expect(actual).toBeNull();
    else expect(actual).toMatch(hint);
  });
});
