import { Buffer } from 'node:buffer';

/** Returns the Basic Authorization header for the user and password of a URL; undefined if it has neither. Secret. */
export function basicOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}`;
}

/** Decodes `%XX`. Returns the text unchanged if the result is not valid UTF-8. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
