import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listen } from '../loopback.ts';

const program = fileURLToPath(new URL('run_ministack.py', import.meta.url));
const startMs = 30_000;
/** How long it may take to end by itself; its server waits 3 s for open connections. */
const endMs = 8_000;
/** As many characters of its output are kept. */
const logLength = 2 ** 20;
/** A port that was free may be taken before it is listened on. */
const portsTried = 3;

export interface MinistackProcess {
  readonly endpoint: string;
  /** Ends it and whatever still runs in it, and takes its files away. */
  end(): Promise<void>;
  /** What it printed. */
  log(): string;
}

/**
 * Runs ministack with one Python on a free port of the loopback address, until `end` or until this process is gone.
 * @param settings Variables of its environment, beside those that every start needs.
 * @throws Error with what it printed, where it does not come up.
 */
export async function runMinistack(
  python: string,
  settings: Readonly<Record<string, string>>,
): Promise<MinistackProcess> {
  for (let tried = 1; ; tried++) {
    const started = await start(python, settings, await freePort());
    if (started.failure === undefined) return started;
    await started.end();
    if (tried === portsTried || !/already in use/.test(started.failure)) throw new Error(started.failure);
  }
}

async function start(
  python: string,
  settings: Readonly<Record<string, string>>,
  port: number,
): Promise<MinistackProcess & { readonly failure?: string }> {
  const endpoint = `http://127.0.0.1:${port}`;
  const folder = await mkdtemp(join(tmpdir(), 'csv2ddb-ministack-'));
  const child = spawn(python, [program, folder], {
    env: { ...environment(folder, port), ...settings },
    cwd: folder,
    // A process group of its own, so that its functions are ended with it; its standard input ends with this process.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.length > 2 * logLength) log = log.slice(-logLength);
    });
  }
  let failure: string | undefined;
  child.once('error', (error) => (failure = error.message));
  const closed = new Promise<void>((resolve) => {
    child.once('close', (code, signal) => {
      failure ??= `ended with ${signal ?? `status ${String(code)}`}: ${log.slice(-500).trim().replaceAll('\n', ' | ')}`;
      resolve();
    });
  });

  const deadline = Date.now() + startMs;
  // Its own word first: another ministack could answer on the port.
  while (failure === undefined && !(log.includes(`Running on ${endpoint}`) && (await healthy(endpoint)))) {
    if (Date.now() > deadline) failure = `not ready after ${startMs / 1000} s: ${log.slice(-500)}`;
    else await sleep(50);
  }
  return {
    endpoint,
    log: () => log,
    end: async () => {
      child.kill('SIGTERM');
      await Promise.race([closed, sleep(endMs, undefined, { ref: false })]);
      killGroup(child.pid);
      await closed;
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Nothing of the developer's own AWS set-up is seen by it or by its functions, nor a proxy, an option of Node, a Docker. */
function environment(folder: string, port: number): Record<string, string> {
  return {
    // Functions run on the Node that runs the tests.
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    // Is in the URLs of queues; a name may first be tried as an IPv6 address.
    MINISTACK_HOST: '127.0.0.1',
    // At its start and end it removes the containers of any ministack that it finds.
    DOCKER_HOST: `unix://${folder}/no-docker.sock`,
    // Would listen on ports of their own.
    SFTP_ENABLED: '0',
    IOT_MTLS_ENABLED: '0',
    PYTHONUNBUFFERED: '1',
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}

async function healthy(endpoint: string): Promise<boolean> {
  return fetch(`${endpoint}/_ministack/health`).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.ok;
    },
    () => false,
  );
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // Nothing is left of it.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
