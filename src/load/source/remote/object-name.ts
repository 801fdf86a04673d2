/**
 * A file name for what lies at a path: its last part that is not empty, without what file systems refuse.
 * @param otherwise where no part will do
 */
export function baseNameOf(path: string, otherwise: string): string {
  const last = path.split('/').findLast((part) => part !== '') ?? '';
  return safe(last) ?? safe(otherwise) ?? 'source';
}

function safe(text: string): string | undefined {
  const name = text.replace(/[\u0000-\u001f\u007f<>:"/\\|?*]/g, '_').trim();
  return /^\.*$/.test(name) ? undefined : name;
}
