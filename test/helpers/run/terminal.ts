import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dummyCredentials } from '../emulators/client.ts';
import type { Skipped } from '../emulators/dynamodb-local.ts';
import { tempDir } from '../temp.ts';

const run = promisify(execFile);
const program = fileURLToPath(new URL('../../../dist/bin/csv2ddb.js', import.meta.url));
const waitMs = 30_000;

/** A real terminal with a shell in it, to run the built csv2ddb in. */
export interface Terminal {
  /**
   * Runs a line of shell, in which `csv2ddb` is the built one, once everything on the screen has gone.
   */
  run(line: string): Promise<void>;
  /** Presses keys as tmux names them: `C-c`, `Enter`, or a text. */
  press(...keys: string[]): Promise<void>;
  /** The lines on the screen, from the top to the last that is not empty, without spaces at their ends. */
  screen(): Promise<string[]>;
  /** The same with the sequences that color it. */
  coloredScreen(): Promise<string>;
  resize(columns: number): Promise<void>;
  cursorIsVisible(): Promise<boolean>;
  /** Waits for lines on the screen that are as asked for, and returns them. */
  until(what: string, isSo: (lines: readonly string[]) => boolean): Promise<string[]>;
  /** Waits for the end of what `run` began, and returns the status and the screen. */
  ended(): Promise<{ readonly status: number; readonly lines: string[] }>;
  close(): Promise<void>;
}

/** Why there is no terminal here; said aloud on stderr too. */
export async function findTmux(): Promise<Skipped | undefined> {
  try {
    await run('tmux', ['-V']);
    return undefined;
  } catch {
    const skipped = 'tmux is not there';
    process.stderr.write(`skipped: no terminal (${skipped})\n`);
    return { skipped };
  }
}

/** Opens a terminal of so many columns, 24 rows high, in the folder. Close it after the test. */
export async function openTerminal(columns: number, cwd: string): Promise<Terminal> {
  const home = tempDir();
  const socket = join(home, 'tmux');
  const tmux = async (...args: string[]): Promise<string> => (await run('tmux', ['-S', socket, ...args])).stdout;
  // Nothing of the developer's own set-up is seen in it.
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
      // The shell lives through the Ctrl-C that csv2ddb gets.
      runs += 1;
      const csv2ddb = `csv2ddb() { '${process.execPath}' '${program}' "$@"; }`;
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
    cursorIsVisible: async () => (await tmux('display-message', '-p', '#{cursor_flag}')).trim() === '1',
    async until(what, isSo) {
      const started = performance.now();
      for (;;) {
        const lines = await terminal.screen();
        if (isSo(lines)) return lines;
        if (performance.now() - started > waitMs) throw new Error(`no ${what} on the screen:\n${lines.join('\n')}`);
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
