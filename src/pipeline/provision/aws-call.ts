import { LoaderError } from '../../errors.ts';
import { toLoaderError } from '../../aws/errors/translate.ts';
import { retry, whilePassing } from '../../aws/retry.ts';

/** A client of the SDK, whose type of stack no other service has. */
interface Client<Stack> {
  readonly middlewareStack: Stack;
  send(command: never): unknown;
}

/** A command of the same service. */
interface Command<Stack, Output> {
  readonly resolveMiddleware: (...args: [Stack, never, never]) => (args: never) => Promise<{ readonly output: Output }>;
}

interface AskOptions {
  /** Names of errors that mean that it is not there. */
  readonly absent?: readonly string[];
  /** `name: message` of errors that something makes that was made a moment ago, and is not known everywhere yet. */
  readonly retryOn?: RegExp;
  readonly forMs?: number;
}

/** Makes calls about one resource, whose failures name the action, as IAM does (`sqs:CreateQueue`), and the resource. */
export interface Ask<Stack> {
  /** @returns undefined if it is not there */
  <T>(
    action: string,
    command: Command<Stack, T>,
    options: AskOptions & { absent: readonly string[] },
  ): Promise<T | undefined>;
  <T>(action: string, command: Command<Stack, T>, options?: AskOptions): Promise<T>;
}

/** @param on what the calls are about: `queue csv2ddb` */
export function askAbout<Stack>(client: Client<Stack>, on: string): Ask<Stack> {
  return async <T>(
    action: string,
    command: Command<Stack, T>,
    { absent = [], retryOn, forMs = usualWaitMs }: AskOptions = {},
  ) => {
    const isTooSoon = (error: unknown): boolean =>
      error instanceof Error && retryOn?.test(`${error.name}: ${error.message}`) === true;
    try {
      const send = () => client.send(command as never) as Promise<T>;
      return await retry(send, whilePassing({ ...waits, forMs }, isTooSoon));
    } catch (error) {
      if (error instanceof Error && absent.includes(error.name)) return undefined as T;
      throw toLoaderError(error, { action, on });
    }
  };
}

/** What AWS makes eventually consistent is there within a minute or two. */
const usualWaitMs = 120_000;
const waits = { firstMs: 250, longestMs: 5_000 };

/** Waits until it is so, looking again and again. @param what for the error: `function csv2ddb to become active` */
export function until(isSo: () => Promise<boolean>, what: string, forMs = usualWaitMs): Promise<void> {
  const notYet = new LoaderError('RETRIES_EXHAUSTED', `waited in vain for ${what}`, {
    hint: 'Run it again: it goes on from here.',
  });
  const look = async (): Promise<void> => {
    if (!(await isSo())) throw notYet;
  };
  return retry(
    look,
    whilePassing({ ...waits, forMs }, (error) => error === notYet),
  );
}
