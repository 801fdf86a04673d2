import { maxTableNameLength, minTableNameLength } from '../dynamodb/limits.ts';
import { canonicalEncoding, encodingNames } from '../load/read/encoding/encodings.ts';
import { didYouMean } from './suggest.ts';
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
  choices: encodings,
};

const topicPattern = '^arn:[a-z0-9-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\\.fifo)?$';
const topics = new RegExp(topicPattern);

/** ARN of an SNS topic. */
export const topicArn: ValueKind<string> = {
  parse(text) {
    if (topics.test(text)) return text;
    throw unexpected('the ARN of an SNS topic like arn:aws:sns:us-east-1:123456789012:loads', text);
  },
  write: writeText,
  schema: { type: 'string', pattern: topicPattern },
};

const bucketPattern = '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$';
const buckets = new RegExp(bucketPattern);

/** As S3 names buckets (User Guide, "General purpose bucket naming rules"). */
export const bucketName: ValueKind<string> = {
  parse(text) {
    if (buckets.test(text)) return text;
    throw unexpected("a bucket's name: 3 to 63 small letters, digits, . or -", text);
  },
  write: writeText,
  schema: { type: 'string', pattern: bucketPattern },
};

const pipelinePattern = '^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$';
const pipelines = new RegExp(pipelinePattern);

/** A pipeline's name: it is part of the names of all that the pipeline has, and those of buckets are the shortest. */
export const pipelineName: ValueKind<string> = {
  parse(text) {
    if (pipelines.test(text)) return text;
    throw unexpected("a pipeline's name: 1 to 20 small letters, digits or -", text);
  },
  write: writeText,
  schema: { type: 'string', pattern: pipelinePattern },
};

/** Notifications of S3 want all others encoded, and some are patterns to IAM. */
const plainCharacters = 'A-Za-z0-9_./=-';
const prefixPattern = `^(?!state/|rejects/|/)[${plainCharacters}]+/$`;
const prefixes = new RegExp(prefixPattern);

/** What keys begin with that are loaded: never everything, and never what the pipeline itself writes. */
export const keyPrefix: ValueKind<string> = {
  parse(text) {
    if (prefixes.test(text)) return text;
    throw unexpected(
      'letters, digits, _ . = - and /, with a / at the end, like import/; state/ and rejects/ are taken',
      text,
    );
  },
  write: writeText,
  schema: { type: 'string', pattern: prefixPattern },
};

const suffixPattern = `^[${plainCharacters}]+$`;
const suffixes = new RegExp(suffixPattern);

/** What keys end with that are loaded. */
export const keySuffix: ValueKind<string> = {
  parse(text) {
    if (suffixes.test(text)) return text;
    throw unexpected('what keys end with, letters, digits, _ . = - and /, like DATA.csv', text);
  },
  write: writeText,
  schema: { type: 'string', pattern: suffixPattern },
};

const objectPattern = '^(?!/)[^\\u0000-\\u001f]*[^/\\u0000-\\u001f]$';
const objects = new RegExp(objectPattern);

/** What follows the prefix in the key of an object. */
export const objectName: ValueKind<string> = {
  parse(text) {
    if (objects.test(text) && Buffer.byteLength(text) <= mostKeyBytes) return text;
    throw unexpected("an object's name like people.csv, without the prefix", text);
  },
  write: writeText,
  schema: { type: 'string', pattern: objectPattern },
};

/** S3 allows 1,024 bytes of a key, and the prefix needs some. */
const mostKeyBytes = 900;

const emailPattern = '^[^\\s@]+@[^\\s@]+\\.[^\\s@]+$';
const emails = new RegExp(emailPattern);

/** Whether anybody reads there is for the confirmation that SNS asks for. */
export const emailAddress: ValueKind<string> = {
  parse(text) {
    if (emails.test(text)) return text;
    throw unexpected('an e-mail address like jo@example.com', text);
  },
  write: writeText,
  schema: { type: 'string', pattern: emailPattern },
};

const queuePattern = '^https?://[^\\s/@?#]+/([^\\s@?#]+/)?[A-Za-z0-9_-]{1,80}$';
const queues = new RegExp(queuePattern);

/** URL of an SQS queue; not a FIFO one: S3 sends no events to those. */
export const queueUrl: ValueKind<string> = {
  parse(text) {
    if (queues.test(text)) return text;
    throw new ValueProblem(
      'takes the URL of a standard queue like https://sqs.us-east-1.amazonaws.com/123456789012/imports',
    );
  },
  write: writeText,
  schema: { type: 'string', pattern: queuePattern },
};

const accountPattern = '^[0-9]{12}$';
const accounts = new RegExp(accountPattern);

/** Number of an AWS account. */
export const account: ValueKind<string> = {
  parse(text) {
    if (accounts.test(text)) return text;
    throw unexpected("an account's number, 12 digits", text);
  },
  write: writeNumberOrText,
  // One that begins with zeros is a text.
  schema: {
    anyOf: [
      { type: 'integer', minimum: 100_000_000_000, maximum: 999_999_999_999 },
      { type: 'string', pattern: accountPattern },
    ],
  },
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
};

const tablePattern = `^[A-Za-z0-9_.-]{${minTableNameLength},${maxTableNameLength}}$`;
const tables = new RegExp(tablePattern);

/** As DynamoDB names tables (API reference, CreateTable, TableName). */
export const tableName: ValueKind<string> = {
  parse(text) {
    if (text.startsWith('arn:')) {
      throw new ValueProblem('takes the name of a table, not an ARN: the part after `table/`, with --region beside it');
    }
    if (tables.test(text)) return text;
    const length = `${minTableNameLength} to ${maxTableNameLength}`;
    throw unexpected(`a table's name: ${length} letters, digits, _, . or -`, text);
  },
  write: writeText,
  schema: { type: 'string', pattern: tablePattern },
};
