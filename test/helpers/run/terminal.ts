import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { dummyCredentials } from '../emulators/client.ts';
import type { Skipped } from '../emulators/dynamodb-local.ts';
import { installedProgram } from '../install/installed.ts';
import { tempDir } from '../temp.ts';

const run = promisify(execFile);
const waitMs = 30_000;

/** A terminal with a shell that can run the installed csv2ddb. */
export interface Terminal {
  /** Clears the screen and runs a shell command, in which `csv2ddb` is the installed program. */
  run(line: string): Promise<void>;
  /** Presses keys by their tmux names, such as `C-c` or `Enter`, or types a text. */
  press(...keys: string[]): Promise<void>;
  /** Returns the lines on the screen up to the last one that is not empty, without trailing spaces. */
  screen(): Promise<string[]>;
  /** Returns the screen as text with its color sequences. */
  coloredScreen(): Promise<string>;
  resize(columns: number): Promise<void>;
  isCursorVisible(): Promise<boolean>;
  /** Waits until the lines on the screen meet a condition, and returns them. `what` describes it in errors. */
  until(what: string, isSo: (lines: readonly string[]) => boolean): Promise<string[]>;
  /** Waits until the command of `run` ends, and returns its status and the screen. */
  ended(): Promise<{ readonly status: number; readonly lines: string[] }>;
  close(): Promise<void>;
}

/** Returns why tests cannot use a terminal, and prints the reason on stderr. Undefined if they can. */
export async function checkTmux(): Promise<Skipped | undefined> {
  try {
    await run('tmux', ['-V']);
    return undefined;
  } catch {
    const skipped = 'tmux is not installed';
    process.stderr.write(`skipped: no terminal (${skipped})\n`);
    return { skipped };
  }
}

/** Opens a terminal in the folder, `columns` wide and 24 lines high. Close it after the test. */
export async function openTerminal(columns: number, cwd: string): Promise<Terminal> {
  const home = tempDir();
  const socket = join(home, 'tmux');
  const tmux = async (...args: string[]): Promise<string> => (await run('tmux', ['-S', socket, ...args])).stdout;
  // A clean environment, without the developer's configuration.
  const environment = {
    ...Object.fromEntries(['PATH', 'TMPDIR'].map((name) => [name, process.env[name]])),
    HOME: home,
    LC_ALL: 'C.UTF-8',
    ENV: join(home, 'profile'),
    AWS_ACCESS_KEY_ID: dummyCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: dummyCredentials.secretAccessKey,
    AWS_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  writeFileSync(environment.ENV, "PS1='$ '\n");
  await run('tmux', ['-S', socket, '-f', '/dev/null', ...window(columns, cwd)], { env: environment });

  let runs = 0;
  const terminal: Terminal = {
    async run(line) {
      const script = join(home, 'line');
      // The shell must survive the Ctrl-C that stops csv2ddb.
      runs += 1;
      const csv2ddb = `csv2ddb() { '${process.execPath}' '${installedProgram()}' "$@"; }`;
      writeFileSync(script, [csv2ddb, 'trap : INT', 'clear', line, `echo "run ${runs}: status $?"`].join('\n'));
      await tmux('send-keys', '-l', `. '${script}'`);
      await tmux('send-keys', 'Enter');
    },
    press: async (...keys) => {
      await tmux('send-keys', ...keys);
    },
    async screen() {
      const text = await tmux('capture-pane', '-p');
      return text.trimEnd().split('\n');
    },
    coloredScreen: () => tmux('capture-pane', '-p', '-e'),
    resize: async (width) => {
      await tmux('resize-window', '-x', String(width));
    },
    isCursorVisible: async () => (await tmux('display-message', '-p', '#{cursor_flag}')).trim() === '1',
    async until(what, isSo) {
      const started = performance.now();
      for (;;) {
        const lines = await terminal.screen();
        if (isSo(lines)) return lines;
        if (performance.now() - started > waitMs)
          throw new Error(`timed out waiting for ${what} on the screen:\n${lines.join('\n')}`);
        await sleep(10);
      }
    },
    async ended() {
      const last = new RegExp(`^run ${runs}: status (\\d+)$`);
      const statusOf = (lines: readonly string[]) => last.exec(lines.at(-2) ?? '')?.[1];
      const lines = await terminal.until('status', (now) => statusOf(now) !== undefined && now.at(-1) === '$');
      return { status: Number(statusOf(lines)), lines: lines.slice(0, -2) };
    },
    async close() {
      await tmux('kill-server');
    },
  };
  try {
    await terminal.until('prompt', (lines) => lines.at(-1) === '$');
    return terminal;
  } catch (error) {
    await terminal.close();
    throw error;
  }
}

function window(columns: number, cwd: string): string[] {
  return ['new-session', '-d', '-x', String(columns), '-y', '24', '-c', cwd, 'exec sh'];
}
