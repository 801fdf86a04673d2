import type { ErrorCode } from '../../../../src/errors.ts';
import type { Dialect, Position, RecordFault } from '../../../../src/load/read/record.ts';

/** An input and the records in it, independent of the chunk boundaries. */
export interface Case {
  readonly title: string;
  /** UTF-8. */
  readonly input: string;
  /** The fields of each record, or its fault. */
  readonly records: readonly (readonly (string | null)[] | RecordFault)[];
  /** The line on which each record starts (default: one line per record, from the first line). */
  readonly lines?: readonly number[];
  /** Default: 0. */
  readonly blankBytes?: number;
  /** Whether there is a byte-order mark (default: false). */
  readonly hasMark?: boolean;
  readonly error?: { readonly code: ErrorCode; readonly line: number; readonly record: number };
  readonly dialect?: Partial<Dialect>;
  readonly start?: Position;
}

const bom = '\u{feff}';
const wide = Array.from({ length: 5000 }, (_, i) => `c${i}`);
const huge = 'x'.repeat(1024 * 1024);
const hugeQuoted = 'a "quoted" line\r\n'.repeat(64 * 1024);

/** Cases in the dialects that both readers support. */
export const cases: readonly Case[] = [
  { title: 'an empty input has no record', input: '', records: [] },
  { title: 'a byte-order mark alone is not a record', input: bom, records: [], blankBytes: 3, hasMark: true },
  {
    title: 'a byte-order mark is not part of the first name',
    input: `${bom}a,b\n`,
    records: [['a', 'b']],
    blankBytes: 3,
    hasMark: true,
  },
  {
    title: 'a byte-order mark may be followed by a quote',
    input: `${bom}"a",b`,
    records: [['a', 'b']],
    blankBytes: 3,
    hasMark: true,
  },
  {
    title: 'a byte-order mark may be followed by blank lines',
    input: `${bom}\n\r\na`,
    records: [['a']],
    lines: [3],
    blankBytes: 6,
    hasMark: true,
  },
  {
    title: 'a second byte-order mark is text',
    input: `${bom}${bom}a`,
    records: [[`${bom}a`]],
    blankBytes: 3,
    hasMark: true,
  },
  {
    title: 'a byte-order mark after a blank line is text',
    input: `\n${bom}a`,
    records: [[`${bom}a`]],
    lines: [2],
    blankBytes: 1,
  },
  { title: 'a byte-order mark later is text', input: `a\n${bom}b`, records: [['a'], [`${bom}b`]] },
  {
    title: 'a byte-order mark at a resumed position is text',
    input: `${bom}b\n`,
    records: [[`${bom}b`]],
    lines: [7],
    start: { offset: 90, line: 7, record: 4 },
  },
  { title: 'a header may be the only record', input: 'a,b\n', records: [['a', 'b']] },
  {
    title: 'LF ends a record',
    input: 'a,b\n1,2\n',
    records: [
      ['a', 'b'],
      ['1', '2'],
    ],
  },
  {
    title: 'CRLF ends a record',
    input: 'a,b\r\n1,2\r\n',
    records: [
      ['a', 'b'],
      ['1', '2'],
    ],
  },
  {
    title: 'a lone CR ends a record',
    input: 'a,b\r1,2\r',
    records: [
      ['a', 'b'],
      ['1', '2'],
    ],
  },
  { title: 'line endings may be mixed', input: 'a\r\nb\nc\rd\r\ne', records: [['a'], ['b'], ['c'], ['d'], ['e']] },
  {
    title: 'the last line needs no line ending',
    input: 'a,b\n1,2',
    records: [
      ['a', 'b'],
      ['1', '2'],
    ],
  },
  {
    title: 'the last line may end with a delimiter',
    input: 'a,b\n1,',
    records: [
      ['a', 'b'],
      ['1', ''],
    ],
  },
  { title: 'the last line may end with a quote', input: 'a\n"1"', records: [['a'], ['1']] },
  {
    title: 'the last line may end with an empty quoted field',
    input: 'a,b\n1,""',
    records: [
      ['a', 'b'],
      ['1', ''],
    ],
  },
  { title: 'a blank line is skipped at the start', input: '\n\r\na\n', records: [['a']], lines: [3], blankBytes: 3 },
  {
    title: 'a blank line is skipped in the middle',
    input: 'a\n\n\n1\n',
    records: [['a'], ['1']],
    lines: [1, 4],
    blankBytes: 2,
  },
  { title: 'a blank line is skipped at the end', input: 'a\n1\n\n\r\n\r', records: [['a'], ['1']], blankBytes: 4 },
  {
    title: 'blank lines may end with CR',
    input: 'a\r\r\r1\r\n\r',
    records: [['a'], ['1']],
    lines: [1, 4],
    blankBytes: 3,
  },
  { title: 'an input of blank lines has no record', input: '\n\r\r\n\n', records: [], blankBytes: 5 },
  { title: 'a line of spaces is a record', input: 'a\n  \n', records: [['a'], ['  ']] },
  { title: 'a line with an empty quoted field is a record', input: 'a\n""\n', records: [['a'], ['']] },
  { title: 'a line of delimiters is a record', input: ',,\n', records: [['', '', '']] },
  { title: 'spaces around a field are part of it', input: ' a , b \n', records: [[' a ', ' b ']] },
  { title: 'a record with one field needs no delimiter', input: 'a\n1\n2\n', records: [['a'], ['1'], ['2']] },
  {
    title: 'records may have different numbers of fields',
    input: 'a,b\n1\n1,2,3\n',
    records: [['a', 'b'], ['1'], ['1', '2', '3']],
  },
  { title: 'a quoted field may contain the delimiter', input: '"a,b",c\n', records: [['a,b', 'c']] },
  {
    title: 'a quoted field may contain LF',
    input: '"a\nb",c\nd,e\n',
    records: [
      ['a\nb', 'c'],
      ['d', 'e'],
    ],
    lines: [1, 3],
  },
  {
    title: 'a quoted field may contain CRLF',
    input: '"a\r\nb",c\nd,e\n',
    records: [
      ['a\r\nb', 'c'],
      ['d', 'e'],
    ],
    lines: [1, 3],
  },
  {
    title: 'a quoted field may contain CR',
    input: '"\r\r\nb\r",c\r\nd,e',
    records: [
      ['\r\r\nb\r', 'c'],
      ['d', 'e'],
    ],
    lines: [1, 5],
  },
  {
    title: 'a quoted field may consist of blank lines',
    input: 'a\n"\n\n"\nb\n',
    records: [['a'], ['\n\n'], ['b']],
    lines: [1, 2, 5],
  },
  { title: 'a doubled quote becomes one quote', input: '"say ""hi""",b\n', records: [['say "hi"', 'b']] },
  { title: 'a field may consist of doubled quotes', input: '"""",""""""\n', records: [['"', '""']] },
  {
    title: 'fields next to one with doubled quotes do not change',
    input: 'a""b,"x""y","plain",,""\nnext\n',
    records: [['a""b', 'x"y', 'plain', '', ''], ['next']],
  },
  { title: 'a quoted field may be empty', input: '"","",a\n', records: [['', '', 'a']] },
  { title: 'a quote inside unquoted text is text', input: 'a"b,5" 3",c""\n', records: [['a"b', '5" 3"', 'c""']] },
  {
    title: 'a quote in unquoted text that hides a missing delimiter is a fault',
    input: '1,$5"Table, round",x\n2,a"b"",c",\n3,y\n',
    records: ['STRAY_QUOTE', 'STRAY_QUOTE', ['3', 'y']],
  },
  {
    title: 'a quote in unquoted text that hides a missing delimiter is a fault at the end of the record, too',
    input: 'a"b,c"\r\nd\na"b,c"',
    records: ['STRAY_QUOTE', ['d'], 'STRAY_QUOTE'],
  },
  {
    title: 'the search for a missing delimiter continues at the quote that closes',
    input: 'a"b"c,d",e\na"b"c,"d",e\n',
    records: ['STRAY_QUOTE', ['a"b"c', 'd', 'e']],
  },
  {
    title: 'quotes in unquoted text that enclose no delimiter are text',
    input: 'a "b" c,"d"\n5" x 6", 7"x8", 9"\n',
    records: [
      ['a "b" c', 'd'],
      ['5" x 6"', ' 7"x8"', ' 9"'],
    ],
  },
  {
    title: 'a quote at the end of an unquoted field does not open',
    input: '50",60"\n1,x",y"\n',
    records: [
      ['50"', '60"'],
      ['1', 'x"', 'y"'],
    ],
  },
  {
    title: 'quotes in unquoted text that close before other text are text',
    input: 'a"b,c"d\na"b,"c"\n',
    records: [
      ['a"b', 'c"d'],
      ['a"b', 'c'],
    ],
  },
  {
    title: 'many quotes in a field take linear time',
    input: `a${'"'.repeat(500_000)}\n`,
    records: [[`a${'"'.repeat(500_000)}`]],
  },
  { title: 'a quote after a space is text', input: 'a, "b"\n', records: [['a', ' "b"']] },
  {
    title: 'text after a closing quote is a fault',
    input: 'a\n"b"c\nd\n',
    records: [['a'], 'TEXT_AFTER_QUOTE', ['d']],
  },
  { title: 'a space after a closing quote is a fault', input: '"b" ,c\nd\n', records: ['TEXT_AFTER_QUOTE', ['d']] },
  {
    title: 'a record with a fault ends with its line, even if quotes follow in the field',
    input: '"b"c"\n"d"\n',
    records: ['TEXT_AFTER_QUOTE', ['d']],
  },
  {
    title: 'fields after a fault may contain line endings',
    input: '"b"c,"x\ny""z"\nd\n',
    records: ['TEXT_AFTER_QUOTE', ['d']],
    lines: [1, 3],
  },
  { title: 'a record with a fault may end the input', input: 'a\n"b"c', records: [['a'], 'TEXT_AFTER_QUOTE'] },
  { title: 'multi-byte characters are kept', input: 'ä,"€ ""🚀"""\n', records: [['ä', '€ "🚀"']] },
  { title: 'NUL is text', input: 'a\0b,\0\n', records: [['a\0b', '\0']] },
  { title: 'a record may have 5,000 fields', input: `${wide.join(',')}\na\n`, records: [wide, ['a']] },
  {
    title: 'an empty 64th field may end the input',
    input: ','.repeat(64),
    records: [Array<string>(65).fill('')],
  },
  { title: 'a field may have 1 MiB', input: `a\n${huge},b\nc\n`, records: [['a'], [huge, 'b'], ['c']] },
  {
    title: 'a quoted field may have 1 MiB',
    input: `a\n"${hugeQuoted.replaceAll('"', '""')}",b\nc\n`,
    records: [['a'], [hugeQuoted, 'b'], ['c']],
    lines: [1, 2, 2 + 64 * 1024 + 1],
  },
  {
    title: 'a quote that is never closed is reported with its line',
    input: 'a,b\n1,2\n3\n4,"x\ny\nz\n',
    records: [['a', 'b'], ['1', '2'], ['3']],
    error: { code: 'UNCLOSED_QUOTE', line: 4, record: 3 },
  },
  {
    title: 'a quote that is never closed may open on a later line of its record',
    input: 'a\n"1\n2","3\n4"\n"5\n6","7\n',
    records: [['a'], ['1\n2', '3\n4']],
    lines: [1, 2],
    error: { code: 'UNCLOSED_QUOTE', line: 6, record: 2 },
  },
  {
    title: 'a quote that opens at the end of the input is never closed',
    input: 'a\n"',
    records: [['a']],
    error: { code: 'UNCLOSED_QUOTE', line: 2, record: 1 },
  },
  {
    title: 'a record may have the maximum number of bytes, including its line ending',
    input: '12345678\r\n123456\r\n1234567890',
    records: [['12345678'], ['123456'], ['1234567890']],
    dialect: { maxRecordBytes: 10 },
  },
  {
    title: 'a record with one byte more is too long',
    input: 'a\n1234567890\nb\n',
    records: [['a']],
    dialect: { maxRecordBytes: 10 },
    error: { code: 'RECORD_TOO_LONG', line: 2, record: 1 },
  },
  {
    title: 'the LF of a CRLF can make a record too long',
    input: 'a\n123456789\r\nb\n',
    records: [['a']],
    dialect: { maxRecordBytes: 10 },
    error: { code: 'RECORD_TOO_LONG', line: 2, record: 1 },
  },
  {
    title: 'a CR as the last allowed byte ends a record',
    input: 'a\n123456789\rb\n',
    records: [['a'], ['123456789'], ['b']],
    dialect: { maxRecordBytes: 10 },
  },
  {
    title: 'a record that is too long inside quotes is reported with the line of the quote',
    input: 'a\n"1\n",2,"\n4567890\n"\nb\n',
    records: [['a']],
    dialect: { maxRecordBytes: 10 },
    error: { code: 'RECORD_TOO_LONG', line: 3, record: 1 },
  },
  {
    title: 'a record that is too long and has an open quote is reported as too long',
    input: 'a\n\n"234567890123',
    records: [['a']],
    blankBytes: 1,
    dialect: { maxRecordBytes: 10 },
    error: { code: 'RECORD_TOO_LONG', line: 3, record: 1 },
  },
  {
    title: 'the delimiter may be a semicolon',
    input: 'a;b,c;"d;e"\n',
    records: [['a', 'b,c', 'd;e']],
    dialect: { delimiter: ';' },
  },
  {
    title: 'the delimiter may be a tab',
    input: 'a\t\tb c\t"d\te"\n',
    records: [['a', '', 'b c', 'd\te']],
    dialect: { delimiter: '\t' },
  },
  {
    title: 'the delimiter may be a vertical bar',
    input: 'a||b c|"d|e"\n',
    records: [['a', '', 'b c', 'd|e']],
    dialect: { delimiter: '|' },
  },
  {
    title: "the quote may be '",
    input: `'it''s','a,b',"c"\n`,
    records: [["it's", 'a,b', '"c"']],
    dialect: { quote: "'" },
  },
  {
    title: 'the quote may be a character with a high code',
    input: '~a,~~b~,c\n',
    records: [['a,~b', 'c']],
    dialect: { quote: '~' },
  },
  {
    title: 'without a quote everything is text',
    input: '"a","b\n"c""\n',
    records: [['"a"', '"b'], ['"c""']],
    dialect: { quote: undefined },
  },
  { title: 'a lone CR may be the last byte', input: 'a\nb\r', records: [['a'], ['b']] },
  {
    title: 'an escape that equals the quote means doubled quotes',
    input: '"a""b",c\n',
    records: [['a"b', 'c']],
    dialect: { escape: '"' },
  },
  { title: 'NUL after a closing quote is a fault', input: '"a"\0"b,"c\nd"\n', records: ['TEXT_AFTER_QUOTE'] },
  {
    title: 'a lone CR may be the last byte inside quotes',
    input: 'a\n"b\r',
    records: [['a']],
    error: { code: 'UNCLOSED_QUOTE', line: 2, record: 1 },
  },
  {
    title: 'numbers, lines and offsets continue from the given start',
    input: 'x\n\ny\n',
    records: [['x'], ['y']],
    lines: [40, 42],
    blankBytes: 1,
    start: { offset: 5_000_000_000, line: 40, record: 31 },
  },
];
