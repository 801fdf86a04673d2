import { LoaderError } from '../../errors.ts';
import { toLoaderError } from '../../aws/errors/translate.ts';
import { retry, backoffWhile } from '../../aws/retry.ts';

/** A client of the SDK. The type of its middleware stack identifies the service. */
interface SdkClient<Stack> {
  readonly middlewareStack: Stack;
  send(command: never): unknown;
}

/** A command of the same service. */
interface SdkCommand<Stack, Output> {
  readonly resolveMiddleware: (...args: [Stack, never, never]) => (args: never) => Promise<{ readonly output: Output }>;
}

interface SendOptions {
  /** Names of errors for which the result is undefined. */
  readonly ignore?: readonly string[];
  /** Matches `name: message` of errors that occur until AWS has propagated a new resource. */
  readonly retryOn?: RegExp;
  readonly retryForMs?: number;
}

/** Sends a command. The action is named as in IAM (`sqs:CreateQueue`), for error messages. */
interface Send<Stack> {
  <T>(action: string, command: SdkCommand<Stack, T>, options: IgnoringOptions): Promise<T | undefined>;
  <T>(action: string, command: SdkCommand<Stack, T>, options?: SendOptions): Promise<T>;
}

type IgnoringOptions = SendOptions & Required<Pick<SendOptions, 'ignore'>>;

/** Most resources are propagated within a minute or two. */
const defaultWaitMs = 120_000;
const waits = { firstMs: 250, longestMs: 5_000 };

/** @param on the resource, for error messages: `queue csv2ddb` */
export function makeSender<Stack>(client: SdkClient<Stack>, on: string): Send<Stack> {
  return async <T>(action: string, command: SdkCommand<Stack, T>, options: SendOptions = {}) => {
    const { ignore = [], retryOn, retryForMs: forMs = defaultWaitMs } = options;
    const canRetry = (error: unknown): boolean =>
      error instanceof Error && retryOn?.test(`${error.name}: ${error.message}`) === true;
    try {
      const send = () => client.send(command as never) as Promise<T>;
      return await retry(send, backoffWhile({ ...waits, forMs }, canRetry));
    } catch (error) {
      if (error instanceof Error && ignore.includes(error.name)) return undefined as T;
      throw toLoaderError(error, { action, on });
    }
  };
}

/**
 * Polls until the condition is true.
 * @param what for the error message: `function csv2ddb to become active`
 * @throws LoaderError RETRIES_EXHAUSTED
 */
export function waitUntil(condition: () => Promise<boolean>, what: string, forMs = defaultWaitMs): Promise<void> {
  const timedOut = new LoaderError('RETRIES_EXHAUSTED', `timed out waiting for ${what}`, {
    hint: 'Run the command again to continue.',
  });
  const check = async (): Promise<void> => {
    if (!(await condition())) throw timedOut;
  };
  return retry(
    check,
    backoffWhile({ ...waits, forMs }, (error) => error === timedOut),
  );
}
