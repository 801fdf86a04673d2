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
/** Maximum time to end after SIGTERM. Its server waits 3 s for open connections. */
const endMs = 8_000;
/** Number of characters of its output that are kept. */
const logLength = 2 ** 20;
/** Another process may take a free port before ministack listens on it. */
const maxPortTries = 3;

export interface MinistackProcess {
  readonly endpoint: string;
  /** Stops ministack and its functions, and removes its files. */
  stop(): Promise<void>;
  /** Returns its output. */
  log(): string;
}

/**
 * Runs ministack on a free port of the loopback address, until `end` is called or this process ends.
 * @param python Path of the Python that runs it.
 * @param settings Additional environment variables.
 * @throws Error with the output, if ministack does not start.
 */
export async function runMinistack(
  python: string,
  settings: Readonly<Record<string, string>>,
): Promise<MinistackProcess> {
  for (let tried = 1; ; tried++) {
    const started = await start(python, settings, await freePort());
    if (started.failure === undefined) return started;
    await started.stop();
    if (tried === maxPortTries || !/already in use/.test(started.failure)) throw new Error(started.failure);
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
    // In its own process group, its functions can be killed with it. Its standard input ends with this process.
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
  // Checks its output first, because another ministack could respond on the port.
  while (failure === undefined && !(log.includes(`Running on ${endpoint}`) && (await isHealthy(endpoint)))) {
    if (Date.now() > deadline) failure = `not ready after ${startMs / 1000} s: ${log.slice(-500)}`;
    else await sleep(50);
  }
  return {
    endpoint,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      await Promise.race([closed, sleep(endMs, undefined, { ref: false })]);
      killGroup(child.pid);
      await closed;
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Returns a clean environment, without the developer's AWS configuration, proxies, Node options or Docker. */
function environment(folder: string, port: number): Record<string, string> {
  return {
    // Functions run on the same Node as the tests.
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: folder,
    TMPDIR: folder,
    BIND_HOST: '127.0.0.1',
    GATEWAY_PORT: String(port),
    // This host appears in queue URLs. A name could resolve to an IPv6 address first.
    MINISTACK_HOST: '127.0.0.1',
    // When it starts or ends, it would remove the containers of every ministack it finds.
    DOCKER_HOST: `unix://${folder}/no-docker.sock`,
    // These would listen on additional ports.
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

async function isHealthy(endpoint: string): Promise<boolean> {
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
    // ESRCH: no process of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
