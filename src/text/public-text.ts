/**
 * A text of the user's that may be shown: where it is a URL, without its user, password, query and fragment (P8).
 */
export function publicText(text: string): string {
  // A key of S3 may hold any of their marks, and no part of it is secret.
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^s3:/i.test(text)) return text;
  return text.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}
