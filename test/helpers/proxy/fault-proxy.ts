import { Buffer } from 'node:buffer';
import { setMaxListeners } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { type InFlight, countInFlight } from './in-flight.ts';
import { type Item, formatKey } from '../compare/keys.ts';
import { type ProxyResponse, makeErrorResponse, forward, readAll, withCrc } from './http.ts';
import { type FaultKind, type FaultPlan, faultKinds } from './fault-plan.ts';
import { type Random, below, random, shuffled } from '../random.ts';
import { closeServer, listen } from '../loopback.ts';

export { type FaultKind, type FaultPlan, type SeenRequest, everyFault, faultKinds } from './fault-plan.ts';

/** Counts of the proxy's actions. `faults` counts the faults that were applied, not the ones that were drawn. */
export interface ProxyCounts {
  /** BatchWriteItem requests that arrived completely. */
  requests: number;
  /** Those of them that were passed without a fault. */
  untouched: number;
  /** Batches rejected because of a poisoned item. */
  poisoned: number;
  /** Requests that got the plan's fatal error. */
  fatal: number;
  /** Requests of other operations. */
  others: number;
  itemsWritten: number;
  itemsUnprocessed: number;
  readonly faults: Record<FaultKind, number>;
}

/** A proxy between a client and an emulator that injects the faults of networks and services into BatchWriteItem. */
export interface FaultProxy {
  readonly endpoint: string;
  readonly counts: Readonly<ProxyCounts>;
  /** Maximum number of concurrent requests that contained a key, by `keyText` of helpers/compare/keys.ts. */
  readonly inFlightPerKey: ReadonlyMap<string, number>;
  /** Maximum number of concurrent requests. */
  readonly inFlightRequests: number;
  /** Passes all later requests unchanged, also without poison and the fatal error. */
  stopFaults(): void;
  stop(): Promise<void>;
}

/** Starts the proxy on a free port of the loopback address, in front of the endpoint `target`. */
export async function startFaultProxy(target: string, plan: FaultPlan = {}): Promise<FaultProxy> {
  const state: State = {
    plan,
    target: new URL(target),
    agent: new Agent({ keepAlive: true }),
    rand: random(plan.seed ?? 1),
    inFlight: countInFlight(),
    counts: emptyCounts(),
    isStopped: false,
    stopped: new AbortController(),
  };
  // Every delayed request listens.
  setMaxListeners(0, state.stopped.signal);
  const server = createServer((request, response) => {
    // A client that disconnects, or an emulator that stops, must end only this connection.
    serve(state, request, response).catch(() => response.destroy());
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    counts: state.counts,
    inFlightPerKey: state.inFlight.highest,
    get inFlightRequests() {
      return state.inFlight.highestRequests;
    },
    stopFaults: () => {
      state.isStopped = true;
    },
    stop: async () => {
      state.stopped.abort();
      await closeServer(server);
      state.agent.destroy();
    },
  };
}

interface State {
  readonly plan: FaultPlan;
  readonly target: URL;
  readonly agent: Agent;
  readonly rand: Random;
  readonly inFlight: InFlight;
  readonly counts: ProxyCounts;
  isStopped: boolean;
  readonly stopped: AbortController;
}

interface Batch {
  readonly body: Record<string, unknown>;
  readonly table: string;
  readonly items: readonly Item[];
}

function emptyCounts(): ProxyCounts {
  const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
  return {
    requests: 0,
    untouched: 0,
    poisoned: 0,
    fatal: 0,
    others: 0,
    itemsWritten: 0,
    itemsUnprocessed: 0,
    faults,
  };
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { plan, counts } = state;
  // Reads the whole request first: the emulator must never receive a partial one.
  const body = await readAll(request);
  const pass = (bytes: Buffer) => forward(state, request, bytes);
  const isBatch = String(request.headers['x-amz-target']).endsWith('.BatchWriteItem');
  if (isBatch) counts.requests += 1;
  else counts.others += 1;
  const number = counts.requests;
  if (plan.fatal !== undefined && !state.isStopped && number >= plan.fatal.fromRequest) {
    counts.fatal += 1;
    send(response, makeErrorResponse(400, plan.fatal.code));
    return;
  }
  const batch = isBatch ? parseBatch(body) : undefined;
  if (batch === undefined) {
    send(response, await pass(body));
    return;
  }
  // Waits two turns, so that a connection is known as closed if the client closed it before this request.
  await turn();
  await turn();
  if (request.socket.destroyed) return;
  const { keys } = plan;
  const leave = state.inFlight.enter(keys === undefined ? [] : batch.items.map((item) => formatKey(item, keys)));
  // The client may send the next request for a key once it has this response, so leave just before sending it.
  const end = (act: () => void) => {
    leave();
    act();
  };
  response.once('close', leave);
  await plan.onRequest?.({
    number,
    table: batch.table,
    items: batch.items,
    bodyBytes: body.length,
    headers: request.headers,
  });
  await applyFault(state, batch, {
    fault: state.isStopped ? undefined : pickFault(state),
    write: async (items) => write(state, batch, items, items === batch.items ? body : undefined, pass),
    answer: (answer) => {
      end(() => {
        send(response, answer);
      });
    },
    reset: () => {
      end(() => request.socket.resetAndDestroy());
    },
    cut: (answer) => {
      end(() => {
        const { status, headers, body: whole } = answer;
        response.writeHead(status, { ...headers, 'content-length': String(whole.length) });
        response.write(whole.subarray(0, whole.length >> 1), () => request.socket.destroy());
      });
    },
    gone: () => request.socket.destroyed,
  });
}

interface Exchange {
  readonly fault: FaultKind | undefined;
  readonly write: (items: readonly Item[]) => Promise<ProxyResponse>;
  readonly answer: (answer: ProxyResponse) => void;
  readonly reset: () => void;
  /** Sends half of the response and closes the connection. */
  readonly cut: (answer: ProxyResponse) => void;
  readonly gone: () => boolean;
}

async function applyFault(state: State, batch: Batch, exchange: Exchange): Promise<void> {
  const { plan, counts, rand, stopped } = state;
  const { fault, write, answer } = exchange;
  const { signal } = stopped;
  const count = (kind: FaultKind) => (counts.faults[kind] += 1);
  const writeAll = () => write(batch.items);
  const wait = (ms: number) => sleep(ms, undefined, { signal });
  switch (fault) {
    case 'throughputExceeded':
    case 'throttling':
    case 'requestLimit':
      count(fault);
      answer(makeErrorResponse(400, throttleCodes[fault]));
      return;
    case 'partial': {
      const refusal = refuseIfPoisoned(state, batch);
      const kept = 1 + below(batch.items.length - 1, rand);
      // A single item cannot be returned as unprocessed: DynamoDB would throttle the whole request.
      if (refusal !== undefined || batch.items.length < 2) {
        answer(refusal ?? (await passUnchanged(state, batch, writeAll)));
        return;
      }
      const mixed = shuffled(batch.items, rand);
      const result = await write(mixed.slice(0, kept));
      if (result.status !== 200) {
        answer(result);
        return;
      }
      count(fault);
      const back = mixed.slice(kept);
      counts.itemsUnprocessed += back.length;
      answer(withUnprocessed(result, batch.table, back, rand));
      return;
    }
    case 'internalBefore':
    case 'internalAfter':
      if (fault === 'internalAfter') await writeAll();
      count(fault);
      answer(makeErrorResponse(500, 'InternalServerError'));
      return;
    case 'unavailableBefore':
    case 'unavailableAfter':
      if (fault === 'unavailableAfter') await writeAll();
      count(fault);
      answer({ status: 503, headers: { 'content-type': 'text/html' }, body: Buffer.from('<h1>Unavailable</h1>') });
      return;
    case 'resetBefore':
    case 'resetAfter':
      if (fault === 'resetAfter') await writeAll();
      count(fault);
      exchange.reset();
      return;
    case 'delay':
      count(fault);
      await wait(rand() * (plan.delayMs ?? 20));
      if (!exchange.gone()) answer(await writeAll());
      return;
    case 'lateBefore':
      count(fault);
      await wait(plan.lateMs ?? 15_000);
      // Does not write what the client gave up: no loader could then keep the order of equal keys.
      if (!exchange.gone()) answer(await writeAll());
      return;
    case 'lateApplied':
      count(fault);
      await wait(rand() * (plan.lateMs ?? 15_000));
      answer(await writeAll());
      return;
    case 'lateAfter': {
      const result = await writeAll();
      count(fault);
      await wait(plan.lateMs ?? 15_000);
      answer(result);
      return;
    }
    case 'brokenJson': {
      const result = await writeAll();
      count(fault);
      answer(withCrc({ ...result, body: Buffer.concat([result.body.subarray(0, -1), Buffer.from(',')]) }));
      return;
    }
    case 'wrongCrc': {
      const result = withCrc(await writeAll());
      count(fault);
      const crc = String((Number(result.headers['x-amz-crc32']) ^ 1) >>> 0);
      answer({ ...result, headers: { ...result.headers, 'x-amz-crc32': crc } });
      return;
    }
    case 'truncated': {
      const result = await writeAll();
      count(fault);
      exchange.cut(result);
      return;
    }
    case undefined:
      if (!exchange.gone()) answer(await passUnchanged(state, batch, writeAll));
  }
}

const throttleCodes = {
  throughputExceeded: 'ProvisionedThroughputExceededException',
  throttling: 'ThrottlingException',
  requestLimit: 'RequestLimitExceeded',
} as const;

async function passUnchanged(
  state: State,
  batch: Batch,
  writeAll: () => Promise<ProxyResponse>,
): Promise<ProxyResponse> {
  const refusal = refuseIfPoisoned(state, batch);
  if (refusal !== undefined) return refusal;
  const answer = await writeAll();
  state.counts.untouched += 1;
  return answer;
}

/** Draws a fault, or none, by the plan's probabilities. */
function pickFault(state: State): FaultKind | undefined {
  let left = state.rand();
  for (const kind of faultKinds) {
    left -= state.plan.faults?.[kind] ?? 0;
    if (left < 0) return kind;
  }
  return undefined;
}

/** Returns the rejection of the whole batch if it contains a poisoned item. */
function refuseIfPoisoned(state: State, batch: Batch): ProxyResponse | undefined {
  const { poison } = state.plan;
  if (state.isStopped || poison === undefined || !batch.items.some(poison)) return undefined;
  state.counts.poisoned += 1;
  return makeErrorResponse(400, 'ValidationException', 'One or more parameter values were invalid: poisoned item');
}

/** Writes these items of the batch. If `bytes` is the original request body, it is sent unchanged. */
async function write(
  state: State,
  batch: Batch,
  items: readonly Item[],
  bytes: Buffer | undefined,
  pass: (bytes: Buffer) => Promise<ProxyResponse>,
): Promise<ProxyResponse> {
  const refusal = refuseIfPoisoned(state, batch);
  if (refusal !== undefined) return refusal;
  const requests = { RequestItems: { [batch.table]: items.map((Item) => ({ PutRequest: { Item } })) } };
  const answer = await pass(bytes ?? Buffer.from(JSON.stringify({ ...batch.body, ...requests })));
  if (answer.status === 200) state.counts.itemsWritten += items.length;
  return answer;
}

function withUnprocessed(answer: ProxyResponse, table: string, items: readonly Item[], rand: Random): ProxyResponse {
  const body = JSON.parse(answer.body.toString()) as Record<string, unknown>;
  const back = items.map((item) => ({
    PutRequest: { Item: Object.fromEntries(shuffled(Object.entries(item), rand)) },
  }));
  return withCrc({ ...answer, body: Buffer.from(JSON.stringify({ ...body, UnprocessedItems: { [table]: back } })) });
}

/** Parses a batch of puts into one table. Returns undefined for other bodies: they are passed to the emulator. */
function parseBatch(bytes: Buffer): Batch | undefined {
  try {
    const body = JSON.parse(bytes.toString()) as { RequestItems: Record<string, { PutRequest?: { Item: Item } }[]> };
    const [[table, requests], ...others] = Object.entries(body.RequestItems) as [
      [string, { PutRequest?: { Item: Item } }[]],
      ...unknown[],
    ];
    const items = requests.map((request) => request.PutRequest?.Item);
    if (others.length > 0 || !items.every((item) => item !== undefined)) return undefined;
    return { body: { ...body }, table, items };
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, { status, headers, body }: ProxyResponse): void {
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': String(body.length) });
  response.end(body);
}
