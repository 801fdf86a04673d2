import { describe, expect, it } from 'vitest';
import { dynamodbError } from '../../../../src/aws/errors/dynamodb.ts';
import { LoaderError } from '../../../../src/errors.ts';
import { failureOf } from '../../../../src/pipeline/state/failure.ts';
import { cannotGoOn, TransientError, triedInVain } from '../../../../src/load/source/remote/object-errors.ts';
import { archived } from '../../../../src/aws/errors/s3.ts';
import { changedWhileRead, notTheSame } from '../../../../src/load/source/errors.ts';
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
    ['with no table', dynamodbError('TABLE_NOT_FOUND', doing, ''), /^Make the table.* csv2ddb redrive\. What went/],
    ['with old credentials', dynamodbError('CREDENTIALS_INVALID', doing, ''), /^Renew .* csv2ddb redrive\.$/],
    ['without permission', dynamodbError('ACCESS_DENIED', doing, ''), /^Allow dynamodb:BatchWriteItem/],
    [
      'with a table that takes nothing',
      new LoaderError('RETRIES_EXHAUSTED', 'no write', { hint: 'find out why, then go on with --resume' }),
      /^Find out why, then start the job again with csv2ddb redrive\.$/,
    ],
    ['into another table', thrownBy(() => { assertSameTable('it', 'a', 'b'); }), /^Put the file again/], // prettier-ignore
    ['as the object changed', changedWhileRead(source, 'its ETag'), /^Put the file again\.$/],
    ['as the object is another', notTheSame(source, 'its ETag'), /^Put the file again\.$/],
    ['as a connection broke', cannotGoOn(source, 'it broke', 10), /^Start the job again with csv2ddb redrive\.$/],
    [
      'as no try came through',
      triedInVain(source, new TransientError('it broke'), 3, 10),
      /^Start the job again with csv2ddb redrive\.$/,
    ],
    ['as the object lies in an archive', archived(source), /^Restore it first/],
    ['by a bug', new TypeError('x is no function'), null],
  ])('%s says what helps in a pipeline', (_, error, hint) => {
    const { hint: told } = failureOf(error);
    if (hint === null) expect(told).toBeNull();
    else expect(told).toMatch(hint);
  });
});
