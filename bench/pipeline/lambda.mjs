// The pipeline's function as Lambda runs it: loaded once, then its handler is called for one message of the queue after the
// other, until there are none.
//   lambda.mjs SECONDS        that an invocation may take
// The first message says that the object was put. The last line says how long loading and each invocation took, in ms.
import { request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseJson } from '../../build/json.mjs';
import { projectPath } from '../places.mjs';
import { bucketName, objectKey } from './start.mjs';

/**
 * @typedef {object} Lambda
 * @property {number} initMs
 * @property {number[]} invocationsMs
 *
 * @typedef {object} Message
 * @property {string} MessageId
 * @property {string} ReceiptHandle
 * @property {string} Body
 * @property {{ ApproximateReceiveCount: string }} Attributes
 */

const limitMs = Number(process.argv[2]) * 1000;
const queueUrl = process.env['CSV2DDB_QUEUE_URL'] ?? '';

const startedMs = performance.now();
/** @type {unknown} */
const bundle = await import(pathToFileURL(projectPath('dist/lambda/index.mjs')).href);
const { handler } = /** @type {typeof import('../../src/pipeline/lambda/index.ts')} */ (bundle);
const initMs = performance.now() - startedMs;

const s3 = { bucket: { name: bucketName }, object: { key: objectKey } };
const put = { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3 };
await call('SendMessage', { MessageBody: JSON.stringify({ Records: [put] }) });

/** @type {number[]} */
const invocationsMs = [];
for (;;) {
  const { Messages } = /** @type {{ Messages: Message[] }} */ (await call('ReceiveMessage', {}));
  const [message] = Messages;
  if (message === undefined) break;
  invocationsMs.push(await invoke(message));
  await call('DeleteMessage', { ReceiptHandle: message.ReceiptHandle });
}
process.stdout.write(`${JSON.stringify({ initMs, invocationsMs })}\n`, () => process.exit(0));

/**
 * @param {Message} message
 * @returns {Promise<number>} ms
 * @throws where the function gives it back
 */
async function invoke({ MessageId: messageId, ReceiptHandle: receiptHandle, Body: body, Attributes: attributes }) {
  const beganMs = performance.now();
  const answer = await handler(
    { Records: [{ messageId, receiptHandle, body, attributes }] },
    { getRemainingTimeInMillis: () => beganMs + limitMs - performance.now() },
  );
  const tookMs = performance.now() - beganMs;
  if (answer.batchItemFailures.length > 0) throw new Error('the function gives a message back');
  if (tookMs > limitMs) throw new Error(`the function took ${tookMs} ms of ${limitMs}`);
  return tookMs;
}

/**
 * A request of SQS, as the function's event source mapping makes them.
 * @param {string} operation
 * @param {object} content
 * @returns {Promise<unknown>}
 */
function call(operation, content) {
  return new Promise((resolve, reject) => {
    const sent = request(queueUrl, { method: 'POST', headers: { 'x-amz-target': `AmazonSQS.${operation}` } });
    sent.once('error', reject).once('response', (response) => {
      let text = '';
      response.on('data', (/** @type {Buffer} */ chunk) => (text += chunk.toString()));
      response.once('error', reject).once('end', () => {
        resolve(parseJson(text));
      });
    });
    sent.end(JSON.stringify(content));
  });
}
