const longestMessage = 400;

/**
 * Somebody else's words as one line that may be shown: without the user and query parts of URLs and
 * without what an Authorization header holds, cut to 400 characters.
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
  return clean.length <= longestMessage ? clean : `${clean.slice(0, longestMessage)}…`;
}
