import { statSync } from 'node:fs';

/**
 * @typedef {object} StoredObject
 * @property {Buffer | string} content bytes, or the path of the file that has them
 * @property {number} sizeBytes
 * @property {string} etag
 * @property {string} modified
 *
 * @typedef {object} Asked
 * @property {string} method
 * @property {string} key empty: the bucket itself
 * @property {URLSearchParams} query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Buffer} body
 *
 * @typedef {object} Answer
 * @property {number} status
 * @property {Record<string, string | number>} [headers]
 * @property {Buffer | string} [body]
 * @property {{ path: string, start: number, end: number }} [file] the bytes of a file from start to end, that one too
 */

/** What of S3 the pipeline uses, with one bucket in memory; large objects lie in files. No listing has a second page. */
export class NullBucket {
  /** @type {Map<string, StoredObject>} */
  #objects = new Map();
  #puts = 0;

  /**
   * @param {string} key
   * @param {string} path of a file
   */
  addFile(key, path) {
    this.#put(key, path, statSync(path).size);
  }

  /**
   * @param {string} key
   * @param {Buffer | string} content
   * @param {number} sizeBytes
   */
  #put(key, content, sizeBytes) {
    const etag = `"${(++this.#puts).toString(16).padStart(32, '0')}"`;
    this.#objects.set(key, { content, sizeBytes, etag, modified: new Date().toUTCString() });
    return etag;
  }

  /**
   * @param {Asked} asked
   * @returns {Answer}
   */
  answer({ method, key, query, headers, body }) {
    if (key === '') return this.#list(query.get('prefix') ?? '');
    const there = this.#objects.get(key);
    if (method === 'DELETE') {
      this.#objects.delete(key);
      return { status: 204 };
    }
    if (there !== undefined && headers['if-none-match'] === '*') return refusal(412, 'PreconditionFailed');
    if (there === undefined && (method !== 'PUT' || headers['if-match'] !== undefined))
      return refusal(404, 'NoSuchKey');
    if (there !== undefined && (headers['if-match'] ?? there.etag) !== there.etag) {
      return refusal(412, 'PreconditionFailed');
    }
    if (method === 'PUT') return { status: 200, headers: { etag: this.#put(key, body, body.length) } };
    return there === undefined ? refusal(404, 'NoSuchKey') : partOf(there, headers.range);
  }

  /** @param {string} prefix */
  #list(prefix) {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
    return xml(200, `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`);
  }
}

/**
 * @param {StoredObject} object
 * @param {string | undefined} range
 * @returns {Answer}
 */
function partOf({ content, sizeBytes, etag, modified }, range) {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  const isPart = first !== undefined && last !== undefined;
  const start = isPart ? Number(first) : 0;
  const end = Math.min(isPart ? Number(last) : Infinity, sizeBytes - 1);
  const headers = {
    etag,
    'last-modified': modified,
    'content-length': end - start + 1,
    ...(isPart ? { 'content-range': `bytes ${start}-${end}/${sizeBytes}` } : {}),
  };
  const bytes =
    typeof content === 'string' ? { file: { path: content, start, end } } : { body: content.subarray(start, end + 1) };
  return { status: isPart ? 206 : 200, headers, ...bytes };
}

/**
 * @param {number} status
 * @param {string} code
 */
function refusal(status, code) {
  return xml(status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

/**
 * @param {number} status
 * @param {string} content
 * @returns {Answer}
 */
function xml(status, content) {
  return { status, headers: { 'content-type': 'application/xml', 'content-length': content.length }, body: content };
}
