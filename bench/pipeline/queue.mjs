import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

/** As long as a queue hides what was received. */
const hiddenMs = 1_800_000;

/**
 * @typedef {object} Message
 * @property {string} id also its receipt handle
 * @property {string} body
 * @property {number} visibleMs since 1970
 * @property {number} receives
 *
 * @typedef {object} Content of a request
 * @property {string} [MessageBody]
 * @property {number} [DelaySeconds]
 * @property {string} [ReceiptHandle]
 * @property {number} [VisibilityTimeout]
 */

/** A queue of SQS in memory, for one receiver that is done with a message before it asks for another. */
export class NullQueue {
  /** @type {Message[]} */
  #messages = [];
  #sent = 0;

  /**
   * @param {string} operation
   * @param {Content} content
   * @returns {Promise<unknown>}
   * @throws where it is unknown
   */
  async answer(operation, content) {
    switch (operation) {
      case 'SendMessage':
        return this.#send(content.MessageBody ?? '', (content.DelaySeconds ?? 0) * 1000);
      case 'ReceiveMessage':
        return { Messages: await this.#receive() };
      case 'ChangeMessageVisibility': {
        const message = this.#messages.find(({ id }) => id === content.ReceiptHandle);
        if (message !== undefined) message.visibleMs = Date.now() + (content.VisibilityTimeout ?? 0) * 1000;
        return {};
      }
      case 'DeleteMessage':
        this.#messages = this.#messages.filter(({ id }) => id !== content.ReceiptHandle);
        return {};
      default:
        throw new Error(`${operation} is unknown here`);
    }
  }

  /**
   * @param {string} body
   * @param {number} delayMs
   */
  #send(body, delayMs) {
    const id = String(++this.#sent);
    this.#messages.push({ id, body, visibleMs: Date.now() + delayMs, receives: 0 });
    return { MessageId: id, MD5OfMessageBody: createHash('md5').update(body).digest('hex') };
  }

  /** The next message, once it is visible; none where there are none at all. */
  async #receive() {
    const [next] = this.#messages.toSorted((a, b) => a.visibleMs - b.visibleMs);
    if (next === undefined) return [];
    await wait(Math.max(0, next.visibleMs - Date.now()));
    next.visibleMs = Date.now() + hiddenMs;
    next.receives += 1;
    const Attributes = { ApproximateReceiveCount: String(next.receives) };
    return [{ MessageId: next.id, ReceiptHandle: next.id, Body: next.body, Attributes }];
  }
}
