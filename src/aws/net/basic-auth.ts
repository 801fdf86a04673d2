import { Buffer } from 'node:buffer';

/** Returns the Basic Authorization header for the user and password of a URL; undefined if it has neither. Secret. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${percentDecode(username)}:${percentDecode(password)}`).toString('base64')}`;
}

/** Decodes `%XX`. Returns the text unchanged if the result is not valid UTF-8. */
export function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
