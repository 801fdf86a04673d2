import type { Case } from './cases.ts';

const postgres = { unescape: 'postgres', delimiter: '\t', quote: undefined } as const;
const mysql = { unescape: 'mysql', delimiter: '\t' } as const;
const redshift = { unescape: 'redshift', delimiter: '|' } as const;

/** Cases with the options that csv-parse does not have. */
export const byteReaderCases: readonly Case[] = [
  // multiline: false
  {
    title: 'without line endings in fields, a quote that never closes rejects its own line',
    input: 'a,b\n1,"x\n2,y\r\n"3,z\r4,"w"\n5,"v',
    records: [['a', 'b'], 'UNCLOSED_QUOTE', ['2', 'y'], 'UNCLOSED_QUOTE', ['4', 'w'], 'UNCLOSED_QUOTE'],
    dialect: { multiline: false },
  },
  {
    title: 'without line endings in fields, a long delimiter works, too',
    input: 'a||"b\nc||"d||e"\n',
    records: ['UNCLOSED_QUOTE', ['c', 'd||e']],
    dialect: { multiline: false, delimiter: '||' },
  },
  {
    title: 'without line endings in fields, a record may still be too long',
    input: 'a,b\n1,"xxxxxxxxxxxxxxxxx\n',
    records: [['a', 'b']],
    dialect: { multiline: false, maxRecordBytes: 12 },
    error: { code: 'RECORD_TOO_LONG', line: 2, record: 1 },
  },

  // strayQuotes: 'text'
  {
    title: 'a stray quote is text',
    input: "1,'won't let you, down'\n2,'don''t',x'y',\n",
    records: [
      ['1', "won't let you, down"],
      ['2', "don't", "x'y'", ''],
    ],
    dialect: { quote: "'", strayQuotes: 'text' },
  },
  {
    title: 'a stray quote that would hide a missing delimiter is text',
    input: '1,$5"Table, round",x\n',
    records: [['1', '$5"Table', ' round"', 'x']],
    dialect: { strayQuotes: 'text' },
  },
  {
    title: 'a quote before trimmed white space and a delimiter closes',
    input: '"a" b" , "c"d" \n',
    records: [['a" b', 'c"d']],
    dialect: { strayQuotes: 'text', trim: true },
  },
  {
    title: 'a stray quote is text beside escaped quotes',
    input: '"a\\"b"c\\\\",d\n',
    records: [['a"b"c\\', 'd']],
    dialect: { strayQuotes: 'text', escape: '\\' },
  },
  {
    title: 'a quote before half a delimiter is text',
    input: '<|a<||b<|||c\n',
    records: [['a<||b', 'c']],
    dialect: { strayQuotes: 'text', quote: '<|', delimiter: '||' },
  },

  // unescape: 'postgres'
  {
    title: 'the sequences of PostgreSQL are decoded',
    input: 'a\\tb\\nc\\\\d\t\\b\\f\\r\\v\t\\101\\x4a\\x5\\7\t\\q\\é"\n',
    records: [['a\tb\nc\\d', '\b\f\r\v', 'AJ\x05\x07', 'qé"']],
    dialect: postgres,
  },
  {
    title: 'a backslash before a delimiter or a line ending makes it text',
    input: 'a\\\tb\tc\\\nd\\\r\ne\\\rf\nx\n',
    records: [['a\tb', 'c\nd\r\ne\rf'], ['x']],
    lines: [1, 5],
    dialect: postgres,
  },
  {
    title: 'an unquoted \\N is NULL, before anything is unescaped',
    input: '\\N\t\\\\N\ta\\N\t\t\\N\n',
    records: [[null, '\\N', 'aN', '', null]],
    dialect: postgres,
  },
  {
    title: 'invalid sequences of PostgreSQL are faults',
    input: '\\.\na\\xg\na\\400\na\\0\nb\nc\\',
    records: ['INVALID_ESCAPE', 'INVALID_ESCAPE', 'INVALID_ESCAPE', 'INVALID_ESCAPE', ['b'], 'INVALID_ESCAPE'],
    dialect: postgres,
  },

  // unescape: 'mysql'
  {
    title: 'the sequences of MySQL are decoded',
    input: 'a\\tb\\nc\\\\d\t\\0\\b\\r\\Z\t\\q\\101\t\\N\n',
    records: [['a\tb\nc\\d', '\0\b\r\x1a', 'q101', null]],
    dialect: mysql,
  },
  {
    title: 'MySQL escapes inside quotes, too',
    input: '"say \\"hi\\" ""ho""\t\\\\"\t\\N\n"two\nlines\\N"\t1\n',
    records: [['say "hi" "ho"\t\\', null], 'INVALID_ESCAPE'],
    lines: [1, 2],
    dialect: mysql,
  },
  {
    title: 'a CR that MySQL does not escape is text',
    input: 'a\r\\\nb\tc\n\rd\te\r\nf\r',
    records: [['a\r\nb', 'c'], ['\rd', 'e'], ['f\r']],
    lines: [1, 4, 6],
    dialect: mysql,
  },
  {
    title: 'MySQL escapes the first character of a long delimiter',
    input: 'a\\||b||c\\|\\|d\n',
    records: [['a||b', 'c||d']],
    dialect: { ...mysql, delimiter: '||' },
  },

  // unescape: 'redshift'
  {
    title: 'the sequences of Redshift are decoded',
    input: 'a\\|b|c\\\nd\\\r\\\ne|\\\\|\\"\\\'\n"x\\"|y\\\n"|\\N\n',
    records: [
      ['a|b', 'c\nd\r\ne', '\\', '"\''],
      ['x"|y\n', null],
    ],
    lines: [1, 5],
    dialect: redshift,
  },
  {
    title: 'other sequences of Redshift are faults',
    input: 'a\\n\nb\\x\nc\n',
    records: ['INVALID_ESCAPE', 'INVALID_ESCAPE', ['c']],
    dialect: redshift,
  },
  {
    title: 'unescaping goes with lines of their own, and with stray quotes as text',
    input: '"a\\\n"b|c"|d\n"e|f\n',
    records: [['a\n"b|c', 'd'], 'UNCLOSED_QUOTE'],
    lines: [1, 3],
    dialect: { ...redshift, multiline: false, strayQuotes: 'text' },
  },
];
