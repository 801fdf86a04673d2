import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { makeDeniedResponse } from './denied-response.ts';
import { identifyCall, type SentCall } from './iam-actions.ts';
import { forward, readAll } from './http.ts';
import { closeServer, listen } from '../loopback.ts';

/** A call that went through the proxy. */
export interface SeenCall extends SentCall {
  /** Path and query. */
  readonly url: string;
  /** Status of the response; undefined if the connection was cut. */
  readonly status: number | undefined;
}

/** A proxy in front of an AWS emulator that records the used permissions and can deny calls. */
export interface RecordingProxy {
  readonly endpoint: string;
  /** Calls since the start or the last `forget`, in the order of their responses. */
  readonly seen: readonly SeenCall[];
  /** Returns the used permissions, sorted and without duplicates. */
  actions(): string[];
  /** Clears the recorded calls and denies nothing. */
  forget(): void;
  /** Denies calls that need one of these actions, as IAM does. */
  deny(...actions: readonly string[]): void;
  /** Fails every later call that changes something, starting with number `first` (counted from 1). */
  failFrom(first: number, how: 'denied' | 'cut'): void;
  stop(): Promise<void>;
}

interface State {
  readonly target: URL;
  readonly agent: Agent;
  readonly seen: SeenCall[];
  readonly denied: Set<string>;
  fail: { first: number; readonly how: 'denied' | 'cut' } | undefined;
}

/** Starts the proxy on a free port of the loopback address, in front of the endpoint `target`. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const state: State = {
    target: new URL(target),
    agent: new Agent({ keepAlive: true }),
    seen: [],
    denied: new Set(),
    fail: undefined,
  };
  const server = createServer((request, response) => {
    serve(state, request, response).catch((error: unknown) => {
      // Responds to unknown requests with an error that the client shows: it would retry a cut connection.
      if (!response.headersSent) response.writeHead(418, { 'content-type': 'text/plain' });
      response.end(error instanceof Error ? error.message : String(error));
    });
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    seen: state.seen,
    actions: () => [...new Set(state.seen.flatMap(({ actions }) => actions))].sort(),
    forget: () => {
      state.seen.length = 0;
      state.denied.clear();
      state.fail = undefined;
    },
    deny: (...actions) => {
      for (const action of actions) state.denied.add(action);
    },
    failFrom: (first, how) => {
      state.fail = { first, how };
    },
    stop: async () => {
      await closeServer(server);
      state.agent.destroy();
    },
  };
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const body = await readAll(request);
  const call = identifyCall({ method, url, headers, body });
  const refused = findRefusal(state, call);
  if (refused === 'cut') {
    state.seen.push({ ...call, url, status: undefined });
    request.socket.destroy();
    return;
  }
  const answer =
    refused === undefined ? await forward(state, request, body) : makeDeniedResponse(call, refused, { method });
  // S3 responds with 404 only to callers with s3:ListBucket.
  const isNotFound = answer.status === 404 && call.actions.includes('s3:GetObject');
  const actions = isNotFound ? [...call.actions, 's3:ListBucket'] : call.actions;
  state.seen.push({ ...call, actions, url, status: answer.status });
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

/** Returns the denied action, or `cut`. Undefined if the call may pass. */
function findRefusal({ denied, fail }: State, { service, operation, actions, mutates }: SentCall): string | undefined {
  const action = actions.find((one) => denied.has(one));
  if (action !== undefined || fail === undefined || !mutates) return action;
  if (fail.first > 1) {
    fail.first--;
    return undefined;
  }
  return fail.how === 'cut' ? 'cut' : (actions[0] ?? `${service}:${operation}`);
}
