import { maxTableNameLength, minTableNameLength } from '../dynamodb/limits.ts';
import { canonicalEncoding, encodingNames } from '../read/encoding/encodings.ts';
import { didYouMean } from './suggest.ts';
import { unexpected, ValueProblem, writeText, type ValueKind } from './value-kind.ts';

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
