import { expect, test } from 'vitest';
import { assertTextHeader } from '../../../../src/load/map/header-text.ts';
import { chooseReader } from '../../../../src/load/read/choose-reader.ts';
import { sourceStart } from '../../../../src/load/read/start-position.ts';
import { readFirstRecord } from '../../../../src/load/source-headers.ts';
import { parseOptions } from '../../../../src/options/parse.ts';
import { resolveDirect } from '../../../../src/options/resolve.ts';
import { loaderError } from '../source/reading.ts';
import { makeRawOptions, processContext } from '../../options/given.ts';

async function checkHeader(bytes: Buffer, encoding: string): Promise<void> {
  const parsed = parseOptions(makeRawOptions({ table: 'people', encoding }), ['people.csv']);
  const { dialect } = resolveDirect(parsed, processContext).read;
  const readers = await chooseReader(dialect);
  const header = await readFirstRecord(readers.open(sourceStart, 'people.csv'), [bytes]);
  if (header === undefined) throw new Error('the test has no header');
  assertTextHeader(header, 'people.csv', dialect.encoding);
}

const lines = 'id,näme,城市\n1,Ann,Rome\n';
const utf16le = Buffer.from(lines, 'utf16le');
const utf16be = Buffer.from(utf16le).swap16();
/** UTF-32 of ASCII text. */
const utf32 = (order: 'LE' | 'BE') =>
  Buffer.concat(Array.from('id,name\n', (char) => Buffer.from(order === 'LE' ? `${char}\0\0\0` : `\0\0\0${char}`)));

test.each([
  ['UTF-16LE without a mark', utf16le, /^Set --encoding utf-16le:/],
  ['UTF-16BE without a mark', utf16be, /^Set --encoding utf-16be:/],
  ['UTF-16LE with a mark', Buffer.concat([Buffer.from('fffe', 'hex'), utf16le]), /utf-16le/],
  ['UTF-32LE', utf32('LE'), /^Convert it with "iconv -f UTF-32LE/],
  ['UTF-32BE', utf32('BE'), /^Convert it with "iconv -f UTF-32BE/],
  ['a stray NUL', Buffer.from('id,na\0me,address,city,country\n'), /^Check that the source is a CSV file/],
])(
  'a header in %s is invalid as UTF-8 and as Windows-1252, and the hint names the likely cause',
  async (_, bytes, hint) => {
    for (const encoding of ['utf-8', 'windows-1252']) {
      await expect(checkHeader(bytes, encoding)).rejects.toThrow(
        loaderError('HEADER_INVALID', new RegExp(`not ${encoding} text, because it contains NUL bytes`), hint),
      );
    }
  },
);

test.each([
  ['utf-16le', utf16le],
  ['utf-16be', utf16be],
  ['utf-8', Buffer.from(lines)],
  ['utf-8', Buffer.from('id,name\n\0,\0\n')],
])('a header in %s without NUL characters is valid in that encoding', async (encoding, bytes) => {
  await expect(checkHeader(bytes, encoding)).resolves.toBeUndefined();
});
