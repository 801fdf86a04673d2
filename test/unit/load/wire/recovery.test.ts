import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask, body, errorOf, open, secrets, start } from './open.ts';
import { sendResponse, sendError, type Respond } from './server.ts';

describe('credentials', () => {
  it.each(['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidClientTokenId'])(
    'are renewed once for all requests that fail with %s',
    async (code) => {
      let current = { ...secrets, accessKeyId: 'AKIDOLD' };
      let renewals = 0;
      const server = await start(({ headers }, response) => {
        if (headers.authorization?.includes('AKIDNEW')) sendResponse(response, 200, { UnprocessedItems: {} });
        else sendError(response, 400, code);
      });
      const client = open(server.url, {
        credentials: async (options) => {
          if (options?.forceRefresh) {
            renewals++;
            await delay(20);
            current = { ...secrets, accessKeyId: 'AKIDNEW' };
          }
          return current;
        },
      });
      const results = await Promise.all(Array.from({ length: 12 }, () => client.batchWrite(body)));
      expect(results.every((one) => one.kind === 'answered')).toBe(true);
      expect(renewals).toBe(1);
    },
  );

  it('that are refused again end the run', async () => {
    const server = await start((_, response) => {
      sendError(response, 400, 'ExpiredTokenException');
    });
    expect(errorOf(await open(server.url).batchWrite(body)).code).toBe('CREDENTIALS_INVALID');
    expect(server.seen).toHaveLength(2);
  });

  it('that cannot be renewed end the run, without the message of the provider', async () => {
    const got = await ask(() => undefined, {
      credentials: () => Promise.reject(new Error(`Command failed: get-keys --password ${secrets.secretAccessKey}`)),
    });
    const error = errorOf(got);
    expect(error.code).toBe('CREDENTIALS_INVALID');
    expect(error.message + String(error.hint) + String(error.cause)).not.toContain(secrets.secretAccessKey);
  });

  it('that do not fit into a header end the run', async () => {
    const got = await ask(() => undefined, {
      credentials: () => Promise.resolve({ ...secrets, accessKeyId: 'AK\nX: y' }),
    });
    expect(errorOf(got).code).toBe('CREDENTIALS_INVALID');
  });

  it('are removed from messages that repeat them', async () => {
    const echo: Respond = ({ headers }, response, number) => {
      const words = `${'x'.repeat(370)} ${secrets.secretAccessKey} ${JSON.stringify(headers)} https://user:word@host/path?secret=1`;
      const code = [
        'ValidationException',
        'AccessDeniedException',
        'Strange',
        'InternalServerError',
        'ThrottlingException',
      ][number - 1];
      sendError(response, number === 4 ? 500 : 400, code ?? secrets.sessionToken, words);
    };
    const server = await start(echo);
    const client = open(server.url);
    for (let i = 0; i < 6; i++) {
      const got = await client.batchWrite(body);
      const shown = got.kind === 'fatal' ? `${got.error.stack ?? ''}${got.error.hint ?? ''}` : JSON.stringify(got);
      expect(shown).not.toMatch(/wJalr|AKIDEXAMPLE|FwoGZX|word@|secret=1/);
    }
  });
});

describe('a wrong clock', () => {
  const hour = 3_600_000;
  /** Checks the time of a signature as AWS does, with a clock that is `offsetMs` ahead of this machine. */
  const checkTime =
    (offsetMs: number, code: string, message: string): Respond =>
    ({ headers }, response) => {
      const date = String(headers['x-amz-date']).replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5');
      const serverMs = Date.now() + offsetMs;
      const answerDate = { date: new Date(serverMs).toUTCString() };
      if (Math.abs(Date.parse(date) - serverMs) < 300_000)
        sendResponse(response, 200, { UnprocessedItems: {} }, answerDate);
      else sendError(response, 400, code, message, answerDate);
    };

  it.each([
    ['InvalidSignatureException', 'Signature expired: 20260101T000000Z is now earlier than …'],
    ['InvalidSignatureException', 'Signature not yet current: …'],
    ['RequestExpired', ''],
    ['RequestTimeTooSkewed', ''],
    ['InvalidSignatureException', 'The request signature we calculated does not match'],
  ])('is corrected by the Date header of the response (%s %s)', async (code, message) => {
    for (const offsetMs of [-2 * hour, 30 * hour]) {
      const server = await start(checkTime(offsetMs, code, message));
      const client = open(server.url);
      const results = await Promise.all(Array.from({ length: 6 }, () => client.batchWrite(body)));
      expect(results.every((one) => one.kind === 'answered')).toBe(true);
      const sent = server.seen.length;
      expect((await client.batchWrite(body)).kind).toBe('answered');
      expect(server.seen).toHaveLength(sent + 1);
    }
  });

  it('ends the run if the correction does not help', async () => {
    const server = await start((_, response) => {
      sendError(response, 400, 'InvalidSignatureException', 'Signature expired: …', {
        date: new Date(Date.now() + hour).toUTCString(),
      });
    });
    expect(errorOf(await open(server.url).batchWrite(body)).code).toBe('CLOCK_SKEWED');
    expect(server.seen).toHaveLength(2);
  });

  it('is not the cause if the Date header agrees: the secret key is wrong', async () => {
    const server = await start((_, response) => {
      sendError(response, 400, 'InvalidSignatureException', 'The request signature we calculated does not match');
    });
    expect(errorOf(await open(server.url).batchWrite(body)).code).toBe('CREDENTIALS_INVALID');
    expect(server.seen).toHaveLength(1);
  });

  it('is not the cause if a request was delayed: it is signed again', async () => {
    const got = await ask((_, response, number) => {
      if (number > 1) sendResponse(response, 200, { UnprocessedItems: {} });
      else sendError(response, 400, 'InvalidSignatureException', 'Signature expired: …');
    });
    expect(got.kind).toBe('answered');
  });
});
