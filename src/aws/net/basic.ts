import { Buffer } from 'node:buffer';

/** What an Authorization of the kind Basic says for the user and password of a URL. Secret; undefined where it has neither. */
export function basicOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}`;
}

/** What `%XX` stand for; the text itself where they make no UTF-8. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
