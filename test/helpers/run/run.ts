import { type ChildProcess, spawn } from 'node:child_process';
import type { Buffer } from 'node:buffer';
import type { Summary } from '../../../src/load/summary.ts';
import { dummyCredentials } from '../emulators/client.ts';
import { installedProgram } from '../install/installed.ts';
import { tempDir } from '../temp.ts';

export { tempDir } from '../temp.ts';

export interface RunOptions {
  readonly cwd: string;
  /** Variables added to the clean environment; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Content of standard input; default: empty; null: the caller writes to the open pipe. */
  readonly stdin?: string | Buffer | null;
  /** Sends the signal once, after `ms` or when stderr matches. */
  readonly signalAfter?: { readonly signal: NodeJS.Signals } & ({ readonly ms: number } | { readonly stderr: RegExp });
  /** Script that runs instead of the installed csv2ddb, for the tests of this helper. */
  readonly script?: string;
  /** Kills the process and rejects after this time; default 120,000. */
  readonly timeoutMs?: number;
}

export interface RunResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** Resolves when the process has ended and its output is read, with any status. */
  readonly ended: Promise<RunResult>;
  /** Returns the stderr output so far. */
  stderr(): string;
  /** Returns the stdout output so far. */
  stdout(): string;
}

/** Runs the installed csv2ddb until it ends. */
export function run(args: readonly string[], options: RunOptions): Promise<RunResult> {
  return start(args, options).ended;
}

/** Starts the installed csv2ddb, for a test that interacts with it or kills it. */
export function start(args: readonly string[], options: RunOptions): Running {
  const { cwd, stdin, signalAfter, timeoutMs = 120_000 } = options;
  const child = spawn(process.execPath, [options.script ?? installedProgram(), ...args], {
    cwd,
    env: environment(options.env),
    windowsHide: true,
  });
  let stdout = '';
  let stderr = '';
  let signalled = false;
  const signal = () => {
    if (!signalled && signalAfter !== undefined) child.kill(signalAfter.signal);
    signalled = true;
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (signalAfter !== undefined && 'stderr' in signalAfter && signalAfter.stderr.test(stderr)) signal();
  });
  // A process may end without reading all of its input.
  child.stdin.on('error', () => undefined);
  if (stdin !== null) child.stdin.end(stdin ?? '');
  const timer = signalAfter !== undefined && 'ms' in signalAfter ? setTimeout(signal, signalAfter.ms) : undefined;
  const ended = new Promise<RunResult>((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`csv2ddb ${args.join(' ')}: still running after ${timeoutMs} ms\n${stderr}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (status, endedBy) => {
      clearTimeout(limit);
      clearTimeout(timer);
      resolve({ status, signal: endedBy, stdout, stderr });
    });
  });
  return { child, ended, stderr: () => stderr, stdout: () => stdout };
}

/** Parses the last line on stdout, as `--json` prints it. @throws Error with all output, if it is not JSON. */
export function lastJson({ status, stdout, stderr }: RunResult): unknown {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    throw new Error(`last line is not JSON: status ${String(status)}, stdout: ${stdout}\nstderr: ${stderr}`);
  }
}

/** Parses the summary that `--json` prints as the last line on stdout. */
export function summaryOf(result: RunResult): Summary {
  return lastJson(result) as Summary;
}

/** Returns a clean environment, without the developer's AWS configuration, proxies or Node options. */
function environment(added: RunOptions['env'] = {}): Record<string, string> {
  const home = tempDir();
  const merged: Record<string, string | undefined> = {
    ...Object.fromEntries(keptVariables.map((name) => [name, process.env[name]])),
    HOME: home,
    USERPROFILE: home,
    AWS_ACCESS_KEY_ID: dummyCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dummyCredentials.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...added,
  };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Variables that a process needs to run, also on Windows. */
const keptVariables = ['PATH', 'Path', 'SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'TMPDIR', 'LANG'];
