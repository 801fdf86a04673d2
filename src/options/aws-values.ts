import { maxTableNameLength, minTableNameLength } from '../dynamodb/limits.ts';
import { canonicalEncoding, encodingNames } from '../load/read/encoding/encodings.ts';
import { didYouMean } from './suggest.ts';
import { matching } from './values.ts';
import { unexpected, ValueProblem, writeNumberOrText, writeText, type ValueKind } from './value-kind.ts';

/** `latin1` is what people say. */
const encodings: readonly string[] = [...encodingNames, 'latin1'];

/** The canonical name of an encoding. */
export const encoding: ValueKind<string> = {
  parse(text) {
    const name = canonicalEncoding(text);
    if (name !== undefined) return name;
    if (/^utf[-_ ]?16$/i.test(text)) {
      throw new ValueProblem("takes UTF-16 with its byte order: utf-16le, as Excel's Unicode text is, or utf-16be");
    }
    const like = 'utf-8, utf-16le, latin1, windows-1252, shift_jis or gb18030';
    throw unexpected(`the name of an encoding like ${like}`, text, didYouMean(text, encodings));
  },
  write: writeText,
  schema: { enum: encodings },
  placeholder: '<name>',
  choices: encodings,
};

/** ARN of an SNS topic. */
export const topicArn = matching(
  '^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\\.fifo)?$',
  'the ARN of an SNS topic like arn:aws:sns:us-east-1:123456789012:loads',
  '<arn>',
);

/** As S3 names buckets (User Guide, "General purpose bucket naming rules"). */
export const bucketName = matching(
  '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$',
  "a bucket's name: 3 to 63 small letters, digits, . or -",
);

/** A pipeline's name: it is part of the names of all that the pipeline has, and those of buckets are the shortest. */
export const pipelineName = matching(
  '^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$',
  "a pipeline's name: 1 to 20 small letters, digits or -",
);

/** Notifications of S3 want all others encoded, and some are patterns to IAM. */
const plainCharacters = 'A-Za-z0-9_./=-';

/** What keys begin with that are loaded: never everything, and never what the pipeline itself writes. */
export const keyPrefix = matching(
  `^(?!state/|rejects/|/)[${plainCharacters}]+/$`,
  'letters, digits, _ . = - and /, with a / at the end, like import/; state/ and rejects/ are taken',
  '<prefix>',
);

/** What keys end with that are loaded. */
export const keySuffix = matching(
  `^[${plainCharacters}]+$`,
  'what keys end with, letters, digits, _ . = - and /, like DATA.csv',
  '<suffix>',
);

/** S3 allows 1,024 bytes of a key, and the prefix needs some. */
const mostKeyBytes = 900;

const objectForm = "an object's name like people.csv, without the prefix";
const plainObjectName = matching('^(?!/)[^\\u0000-\\u001f]*[^/\\u0000-\\u001f]$', objectForm);

/** What follows the prefix in the key of an object. */
export const objectName: ValueKind<string> = {
  ...plainObjectName,
  parse(text) {
    if (Buffer.byteLength(text) > mostKeyBytes) throw unexpected(objectForm, text);
    return plainObjectName.parse(text);
  },
};

/** Whether anybody reads there is for the confirmation that SNS asks for. */
export const emailAddress = matching(
  '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$',
  'an e-mail address like jo@example.com',
  '<address>',
);

const queuePattern = '^https?://[^\\s/@?#]+/([^\\s@?#]+/)?[A-Za-z0-9_-]{1,80}$';
const queues = new RegExp(queuePattern);

/** URL of an SQS queue; not a FIFO one: S3 sends no events to those. */
export const queueUrl: ValueKind<string> = {
  parse(text) {
    if (queues.test(text)) return text;
    // The text is not shown: it may hold a password.
    throw new ValueProblem(
      'takes the URL of a standard queue like https://sqs.us-east-1.amazonaws.com/123456789012/imports',
    );
  },
  write: writeText,
  schema: { type: 'string', pattern: queuePattern },
  placeholder: '<url>',
};

const accountNumber = matching('^[0-9]{12}$', "an account's number, 12 digits", '<account>');

/** Number of an AWS account. One that begins with zeros is a text in JSON. */
export const account: ValueKind<string> = {
  ...accountNumber,
  write: writeNumberOrText,
  schema: { anyOf: [{ type: 'integer', minimum: 100_000_000_000, maximum: 999_999_999_999 }, accountNumber.schema] },
};

/** `http://` or `https://`, without user, password, query and fragment: such parts have no use here and would leak. */
export const endpointUrl: ValueKind<string> = {
  parse(text) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      throw new ValueProblem('takes a URL that begins with http:// or https://');
    }
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      throw new ValueProblem('takes a URL without user, password, query and fragment');
    }
    return text;
  },
  write: writeText,
  schema: { type: 'string', pattern: '^https?://[^\\s/@?#]+(/[^\\s@?#]*)?$' },
  placeholder: '<url>',
};

const plainTableName = matching(
  `^[A-Za-z0-9_.-]{${minTableNameLength},${maxTableNameLength}}$`,
  `a table's name: ${minTableNameLength} to ${maxTableNameLength} letters, digits, _, . or -`,
);

/** As DynamoDB names tables (API reference, CreateTable, TableName). */
export const tableName: ValueKind<string> = {
  ...plainTableName,
  parse(text) {
    if (text.startsWith('arn:')) {
      throw new ValueProblem('takes the name of a table, not an ARN: the part after `table/`, with --region beside it');
    }
    return plainTableName.parse(text);
  },
};
