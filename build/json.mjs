/**
 * JSON whose shape the caller vouches for.
 * @param {string} text
 * @returns {unknown}
 */
export const parseJson = (text) => JSON.parse(text);
