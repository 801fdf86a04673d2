import { startListening } from '../endpoint/listening.mjs';
import { here } from '../places.mjs';

export const bucketName = 'bench';
/** Of the object that is loaded. */
export const objectKey = 'import/records.csv';

/**
 * @typedef {object} Asked what the endpoint was asked for
 * @property {Record<'GET' | 'HEAD' | 'PUT' | 'LIST' | 'DELETE', number>} s3
 * @property {Record<string, number>} sqs requests by operation; a receive of nothing is none
 * @property {string[]} sequence the first 1,000 of them
 *
 * @typedef {object} PipelineEndpoint S3 with one object, and SQS with a queue that is empty
 * @property {string} url
 * @property {Record<string, string>} env what leads a process there, and the pipeline's function too
 * @property {() => Promise<Asked>} stop
 */

/**
 * Starts a null endpoint for S3 and SQS, in a process of its own, on the loopback address.
 * @param {string} file the object
 * @param {Record<string, unknown>} [settings] with which objects are loaded that bring none
 * @returns {Promise<PipelineEndpoint>}
 */
export async function startPipelineEndpoint(file, settings) {
  const text = settings === undefined ? [] : ['--text', `state/settings/default=${JSON.stringify(settings)}`];
  const args = [here('pipeline/endpoint.mjs'), '--file', `${objectKey}=${file}`, ...text];
  const { port, stop } = await startListening(process.execPath, args);
  const url = `http://127.0.0.1:${port}`;
  return { url, env: pipelineEnv(url), stop: async () => /** @type {Asked} */ (await stop()) };
}

/**
 * @param {string} url of S3 and SQS
 * @returns {Record<string, string>}
 */
export function pipelineEnv(url) {
  return {
    AWS_ENDPOINT_URL_S3: url,
    AWS_ENDPOINT_URL_SQS: url,
    CSV2DDB_TABLE: 'bench',
    CSV2DDB_BUCKET: bucketName,
    CSV2DDB_QUEUE_URL: `${url}/000000000000/bench`,
    // Lambda has none, and the SDK behaves differently with one.
    HTTP_PROXY: '',
    HTTPS_PROXY: '',
  };
}
