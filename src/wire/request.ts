import type { Dispatcher } from 'undici';

/** An answer as it came; whether it can be believed is for `readAnswer` to say. */
export interface RawAnswer {
  readonly kind: 'came';
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** No answer, or half of one: `TimeoutError`, `AnswerTooLarge`, or the code of Node's or undici's error. */
export interface LostAnswer {
  readonly kind: 'lost';
  readonly code: string;
}

/** Bytes of an answer's body at most; the largest there is gives back 16 MB of items in other words. */
export const longestAnswer = 32 * 1024 * 1024;

const empty = Buffer.alloc(0);

/**
 * Sends one POST and waits for its answer. Never rejects. Redirects are not followed.
 * @param timeoutMs Milliseconds until the answer's last byte, waiting for a connection included. When they are over the
 * request's socket is destroyed, so that what is still in it cannot arrive later.
 */
export function exchange(
  dispatcher: Dispatcher,
  path: string,
  headers: string[],
  body: Uint8Array,
  timeoutMs: number,
): Promise<RawAnswer | LostAnswer> {
  return new Promise((resolve) => {
    let controller: Dispatcher.DispatchController | undefined;
    let ended = false;
    let status = 0;
    let answerHeaders: RawAnswer['headers'] = {};
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let length = 0;

    const end = (result: RawAnswer | LostAnswer): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      resolve(result);
    };
    const giveUp = (code: string): void => {
      end({ kind: 'lost', code });
      controller?.abort(new Error(code));
    };
    const timer = setTimeout(() => {
      giveUp('TimeoutError');
    }, timeoutMs);

    dispatcher.dispatch(
      { path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 },
      {
        onRequestStart(itsController) {
          controller = itsController;
          // timed out while it waited for a connection: not a byte of it goes out
          if (ended) controller.abort(new Error('TimeoutError'));
        },
        onResponseStart(_, statusCode, itsHeaders) {
          status = statusCode;
          answerHeaders = itsHeaders;
        },
        onResponseData(_, chunk) {
          length += chunk.length;
          if (length > longestAnswer) {
            giveUp('AnswerTooLarge');
          } else if (first === undefined) {
            first = chunk;
          } else {
            (more ??= [first]).push(chunk);
          }
        },
        onResponseEnd() {
          end({ kind: 'came', status, headers: answerHeaders, body: more ? Buffer.concat(more) : (first ?? empty) });
        },
        onResponseError(_, error) {
          end({ kind: 'lost', code: codeOf(error) });
        },
      },
    );
  });
}

/** undici says UND_ERR_SOCKET where the socket's own error, its cause, tells more. */
function codeOf(error: Error): string {
  for (const one of [error.cause, error]) {
    if (one instanceof Error && 'code' in one && typeof one.code === 'string' && one.code !== '') return one.code;
  }
  return error.name;
}
