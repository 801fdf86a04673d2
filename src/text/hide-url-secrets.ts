/** Makes a user's text safe to show: removes the user, password, query and fragment if it is a URL (P8). */
export function hideUrlSecrets(text: string): string {
  // An S3 key may contain the same characters, and no part of it is secret.
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^s3:/i.test(text)) return text;
  return text.replace(/[?#].*$/s, '').replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
}
