/**
 * Returns the last non-empty part of a path as a file name, without the characters that file systems reject.
 * @param fallback Used if no part makes a valid name.
 */
export function toSafeBaseName(path: string, fallback: string): string {
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  return sanitize(last) ?? sanitize(fallback) ?? 'source';
}

function sanitize(text: string): string | undefined {
  const name = text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '_').trim();
  return /^\.*$/.test(name) ? undefined : name;
}
