import { maxTableNameLength, minTableNameLength } from '../dynamodb/limits.ts';
import { toCanonicalEncoding, encodingNames } from '../load/read/encoding/encodings.ts';
import { didYouMean } from './suggest.ts';
import { textMatching } from './values.ts';
import { unexpected, ValueProblem, writeNumberOrText, writeText, type ValueKind } from './value-kind.ts';

/** The canonical names, and the common alias `latin1`. */
const encodings: readonly string[] = [...encodingNames, 'latin1'];

/** An encoding, parsed to its canonical name. */
export const encoding: ValueKind<string> = {
  parse(text) {
    const name = toCanonicalEncoding(text);
    if (name !== undefined) return name;
    if (/^utf[-_ ]?16$/i.test(text)) {
      throw new ValueProblem('must name the byte order of UTF-16: utf-16le (the Unicode text of Excel) or utf-16be');
    }
    const examples = 'utf-8, utf-16le, latin1, windows-1252, shift_jis or gb18030';
    throw unexpected(`an encoding like ${examples}`, text, didYouMean(text, encodings));
  },
  write: writeText,
  schema: { enum: encodings },
  placeholder: '<name>',
  choices: encodings,
};

export const topicArn = textMatching(
  '^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\\.fifo)?$',
  'the ARN of an SNS topic like arn:aws:sns:us-east-1:123456789012:loads',
  '<arn>',
);

/** S3 User Guide, "General purpose bucket naming rules". */
export const bucketName = textMatching(
  '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
  'a bucket name of 3 to 63 lower-case letters, digits, periods or hyphens',
);

/** Short because it is part of the bucket name, which has the lowest length limit of all resource names. */
export const pipelineName = textMatching(
  '^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$',
  'a pipeline name of 1 to 20 lower-case letters, digits or hyphens',
);

/** S3 notifications encode all other characters, and some are wildcards in IAM policies. */
const plainCharacters = 'A-Za-z0-9_./=-';

/** A key prefix. It cannot be empty, and cannot include the objects that the pipeline itself writes. */
export const keyPrefix = textMatching(
  `^(?!state/|rejects/|/)[${plainCharacters}]+/$`,
  'a prefix of letters, digits, underscores, periods, equal signs, hyphens and slashes that ends with a slash, like import/ (state/ and rejects/ are reserved)',
  '<prefix>',
);

export const keySuffix = textMatching(
  `^[${plainCharacters}]+$`,
  'a suffix of letters, digits, underscores, periods, equal signs, hyphens and slashes, like DATA.csv',
  '<suffix>',
);

/** S3 limits a key to 1,024 bytes. The rest is for the prefix. */
const maxNameBytes = 900;

const objectForm = 'an object name like people.csv, without the prefix';
const plainObjectName = textMatching('^(?!/)[^\\u0000-\\u001f]*[^/\\u0000-\\u001f]$', objectForm);

/** The key of an object without the prefix. */
export const objectName: ValueKind<string> = {
  ...plainObjectName,
  parse(text) {
    if (Buffer.byteLength(text) > maxNameBytes) throw unexpected(objectForm, text);
    return plainObjectName.parse(text);
  },
};

/** A loose check: SNS asks the address to confirm anyway. */
export const emailAddress = textMatching(
  '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$',
  'an email address like jo@example.com',
  '<address>',
);

const queuePattern = '^https?://[^\\s/@?#]+/([^\\s@?#]+/)?[A-Za-z0-9_-]{1,80}$';
const queueExpression = new RegExp(queuePattern);

/** URL of a standard SQS queue: S3 does not send events to FIFO queues. */
export const queueUrl: ValueKind<string> = {
  parse(text) {
    if (queueExpression.test(text)) return text;
    // The message does not show the text, which may contain a password.
    throw new ValueProblem(
      'must be the URL of a standard queue like https://sqs.us-east-1.amazonaws.com/123456789012/imports',
    );
  },
  write: writeText,
  schema: { type: 'string', pattern: queuePattern },
  placeholder: '<url>',
};

const accountId = textMatching('^[0-9]{12}$', 'an AWS account ID of 12 digits', '<account>');

/** An AWS account ID. In JSON, an ID with a leading zero must be a string. */
export const account: ValueKind<string> = {
  ...accountId,
  write: writeNumberOrText,
  schema: { anyOf: [{ type: 'integer', minimum: 100_000_000_000, maximum: 999_999_999_999 }, accountId.schema] },
};

/** An HTTP URL. User, password, query and fragment have no use here and could leak in messages. */
export const endpointUrl: ValueKind<string> = {
  parse(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new ValueProblem('must be a URL that starts with http:// or https://');
    }
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      throw new ValueProblem('must be a URL without user, password, query or fragment');
    }
    return text;
  },
  write: writeText,
  schema: { type: 'string', pattern: '^https?://[^\\s/@?#]+(/[^\\s@?#]*)?$' },
  placeholder: '<url>',
};

const plainTableName = textMatching(
  `^[A-Za-z0-9_.-]{${minTableNameLength},${maxTableNameLength}}$`,
  `a table name of ${minTableNameLength} to ${maxTableNameLength} letters, digits, underscores, periods or hyphens`,
);

/** DynamoDB API reference, CreateTable, TableName. */
export const tableName: ValueKind<string> = {
  ...plainTableName,
  parse(text) {
    if (text.startsWith('arn:')) {
      throw new ValueProblem('must be a table name, not an ARN: use the part after table/, and set --region');
    }
    return plainTableName.parse(text);
  },
};
