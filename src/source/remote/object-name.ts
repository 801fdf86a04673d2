import { Buffer } from 'node:buffer';

/** Bytes of a base name at most: what is made from it, `NAME.rejects.jsonl`, must fit into the 255 of a file name. */
const longestBaseNameBytes = 200;

/**
 * A file name for what lies at a path: its last part that is not empty, without what file systems refuse.
 * @param otherwise where no part will do
 */
export function baseNameOf(path: string, otherwise: string): string {
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  return safe(last) ?? safe(otherwise) ?? 'source';
}

/** What `%XX` stand for; the text itself where they make no UTF-8. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function safe(text: string): string | undefined {
  const name = cut(text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '_').trim());
  return /^\.*$/.test(name) ? undefined : name;
}

/** The end is kept: it says what kind of file it is. */
function cut(text: string): string {
  const characters = Array.from(text);
  while (Buffer.byteLength(characters.join('')) > longestBaseNameBytes) characters.shift();
  return characters.join('');
}
