const maxCharacters = 400;

/**
 * Makes the message of another system safe to show: one line of at most 400 characters, without the user and query parts of
 * URLs and without credentials of an Authorization header.
 */
export function cleanMessage(text: string): string {
  const clean = text
    .replace(/\s+/g, ' ')
    .replace(/\b([a-z][a-z\d+.-]*:\/\/)(?:[^\s/?#@]*@)+/gi, '$1')
    .replace(/\b([a-z][a-z\d+.-]*:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/gi, '$1')
    .replace(
      /\b(Credential|Signature|X-Amz-Security-Token|X-Amz-Credential|X-Amz-Signature)(\s*[=:]\s*)[^\s,;&"']+/gi,
      '$1$2***',
    )
    .trim();
  return clean.length <= maxCharacters ? clean : `${clean.slice(0, maxCharacters)}…`;
}
