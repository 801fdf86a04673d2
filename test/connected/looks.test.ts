import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { withDynalite } from '../helpers/emulators/with-dynalite.ts';
import { startFaultProxy, type FaultPlan, type FaultProxy } from '../helpers/proxy/fault-proxy.ts';
import { createTable, scanAll } from '../helpers/compare/tables.ts';
import { findTmux, openTerminal, type Terminal } from '../helpers/run/terminal.ts';
import { tempDir } from '../helpers/temp.ts';

/** So many that no load ends while it is looked at. */
const recordsPerFile = 900;
/** A frame is drawn every 100 ms. */
const watchMs = 500;

/** The live line, at any width; none of these words stands in a line that is said. */
const isLive = (line: string): boolean => /rec\/s|\d (wu\/s|retries|rejects)|\d s left/.test(line);

const tmux = await findTmux();

describe.skipIf(tmux !== undefined)('on a terminal', () => {
  const emulator = withDynalite();
  let closers: (() => Promise<void>)[] = [];
  /** Milliseconds that each request takes: a test slows the load down to look at it, then lets it go. */
  let requestMs = 0;

  afterEach(async () => {
    for (const close of closers.reverse()) await close();
    closers = [];
  });

  /** A terminal in a folder with sources, and a table behind a proxy that takes its time. */
  async function begin(columns: number, plan: FaultPlan = {}, sources = ['one.csv']) {
    requestMs = 150;
    const cwd = tempDir();
    for (const name of sources) {
      const lines = Array.from({ length: recordsPerFile }, (_, index) => `${name}-${index},${index}`);
      writeFileSync(join(cwd, name), ['id,number', ...lines, ''].join('\n'));
    }
    const proxy = await startFaultProxy(emulator.endpoint, { onRequest: () => sleep(requestMs), ...plan });
    closers.push(() => proxy.stop());
    const table = await createTable(emulator.client, { partitionKey: ['id', 'S'] });
    const terminal = await openTerminal(columns, cwd);
    closers.push(() => terminal.close());
    const options = `--table ${table} --endpoint-url ${proxy.endpoint} --concurrency 2`;
    return { terminal, proxy, table, cwd, options };
  }

  /** Requests wait until it is opened. */
  function gate(): { open: () => void; plan: FaultPlan } {
    let open = (): void => undefined;
    const opening = new Promise<void>((resolve) => (open = resolve));
    return { open, plan: { onRequest: () => opening } };
  }

  /** Whether the live line is there, alone, the last one, and not as wide as the window. */
  function isClean(lines: readonly string[], columns: number): boolean {
    const last = lines.at(-1) ?? '';
    return isLive(last) && lines.filter(isLive).length === 1 && last.length < columns;
  }

  /** Looks again and again, at a screen that is clean every time. */
  async function watch(terminal: Terminal, columns: number): Promise<string[]> {
    const seen: string[] = [];
    const endMs = performance.now() + watchMs;
    while (performance.now() < endMs) {
      const lines = await terminal.screen();
      expect(isClean(lines, columns), lines.join('\n')).toBe(true);
      seen.push(lines.at(-1) ?? '');
    }
    return seen;
  }

  /** Waits for a live line like this. */
  async function live(terminal: Terminal, shape: RegExp): Promise<void> {
    await terminal.until(`live line like ${String(shape)}`, (lines) => {
      const last = lines.at(-1) ?? '';
      return isLive(last) && shape.test(last);
    });
  }

  /** Waits until requests are on their way: only then is there something to wait for after Ctrl-C. */
  async function underWay(terminal: Terminal, { counts }: FaultProxy): Promise<void> {
    await terminal.until('live line, and requests', (lines) => isLive(lines.at(-1) ?? '') && counts.requests > 0);
  }

  /** Lets the load go to its end: nothing is left of the bar, and the terminal is as it was. */
  async function finish(terminal: Terminal, status: number): Promise<string> {
    requestMs = 0;
    const { status: actual, lines } = await terminal.ended();
    const text = lines.join('\n');
    expect(actual, text).toBe(status);
    expect(lines.filter(isLive), text).toEqual([]);
    expect(await terminal.cursorIsVisible()).toBe(true);
    return text;
  }

  it.each([
    [80, /^\[=* *\] +\d+% {2}[\d,]+ rec\/s /],
    [40, /\d+% {2}[\d,]+ rec\/s/],
    [20, /\d+% {2}[\d,]+ rec\/s/],
    [200, /^\[=* *\] +\d+% {2}one\.csv {2}[\d,]+ rec\/s /],
  ])('of %i columns progress is one line that moves, and nothing of it stays', async (columns, shape) => {
    const { terminal, options } = await begin(columns);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await live(terminal, shape);
    const seen = await watch(terminal, columns);
    expect(new Set(seen).size).toBeGreaterThan(1);
    for (const line of seen) expect(line).toMatch(shape);
    expect(await terminal.cursorIsVisible()).toBe(false);
    const text = await finish(terminal, 0);
    // However the words are wrapped.
    expect(text.replace(/\s/g, '')).toMatch(/^Loadedone\.csvintotable.*read900records,/);
  });

  it('three sources are told apart, and a name of wide characters does not make the line wrap', async () => {
    const names = ['one.csv', '従業員名簿🚀データ.csv', 'three.csv'];
    const { terminal, options } = await begin(140, {}, names);
    await terminal.run(`csv2ddb direct ${names.join(' ')} ${options}`);
    await live(terminal, / 1\/3 one\.csv /);
    requestMs = 40;
    await live(terminal, / 2\/3 従業員名簿🚀データ\.csv /);
    requestMs = 150;
    await watch(terminal, 140);
    expect(await finish(terminal, 0)).toMatch(/^Loaded 3 sources into table /);
  });

  it('a source of unknown size has counts in place of a percent', async () => {
    const { terminal, options } = await begin(80);
    await terminal.run(`cat one.csv | csv2ddb direct - ${options}`);
    await live(terminal, /^[\d.]+ k?B {2}[\d,]+ records {2}stdin {2}[\d,]+ rec\/s/);
    for (const line of await watch(terminal, 80)) expect(line).not.toContain('%');
    expect(await finish(terminal, 0)).toMatch(/^Loaded stdin into table /);
  });

  it.each([
    ['in yellow', '', true],
    ['without color where NO_COLOR asks for that', 'NO_COLOR=1 ', false],
  ])('a throttled table is said to be so, and for how long, %s', async (_, variables, isColored) => {
    const { terminal, proxy, options } = await begin(100, { faults: { throttling: 1 } });
    await terminal.run(`${variables}csv2ddb direct one.csv ${options}`);
    await live(terminal, / throttled for [1-9] s/);
    for (const line of await watch(terminal, 100)) expect(line).toContain(' throttled for ');
    expect((await terminal.coloredScreen()).includes('\u001b[33m')).toBe(isColored);
    proxy.cease();
    await finish(terminal, 0);
  });

  it('Ctrl-C is answered at once, and the ending has the command that goes on', async () => {
    const { open, plan } = gate();
    const { terminal, proxy, options } = await begin(80, plan);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await underWay(terminal, proxy);
    await terminal.press('C-c');
    await live(terminal, / stopping /);
    for (const line of await watch(terminal, 80)) expect(line).toContain(' stopping ');
    const said = 'stopping: waiting for the requests in flight (press Ctrl-C again to exit now)';
    expect((await terminal.screen()).slice(0, -1)).toEqual([said]);
    open();
    const text = await finish(terminal, 4);
    expect(text).toMatch(/^stopping: [^\n]*\nInterrupted while loading one\.csv into table /);
    expect(text.replaceAll('\n', '')).toMatch(/Resume: {2}csv2ddb direct one\.csv .* --resume/);
  });

  it('a second Ctrl-C leaves at once, and the terminal is sane', async () => {
    const { terminal, proxy, options } = await begin(80, gate().plan);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await underWay(terminal, proxy);
    await terminal.press('C-c');
    await live(terminal, / stopping /);
    // One that comes too soon after the first counts as the same wish.
    const pressing = setInterval(() => void terminal.press('C-c'), 250);
    await terminal.ended().finally(() => {
      clearInterval(pressing);
    });
    await finish(terminal, 4);
    await terminal.run('stty -a');
    const { lines } = await terminal.ended();
    expect(lines.join(' ')).toMatch(/(^| )icanon .*(^| )echo /);
  });

  it('Ctrl-Z gives the shell its cursor back, and fg the live line', async () => {
    const { terminal, options } = await begin(80);
    await terminal.run(`csv2ddb direct one.csv ${options}`);
    await live(terminal, /^\[/);
    await terminal.press('C-z');
    const lines = await terminal.until('prompt', (now) => now.at(-1) === '$');
    expect(lines.filter(isLive)).toEqual([]);
    expect(await terminal.cursorIsVisible()).toBe(true);
    await terminal.press('fg', 'Enter');
    await live(terminal, /^\[/);
    expect(await terminal.cursorIsVisible()).toBe(false);
    requestMs = 0;
    const ended = await terminal.until('result', (now) => now.at(-1) === '$');
    expect(ended.filter(isLive)).toEqual([]);
    expect(ended.join('\n')).toContain('\nLoaded one.csv into table ');
    expect(await terminal.cursorIsVisible()).toBe(true);
  });

  it.each([
    ['wraps its lines anew', 'true'],
    ['cuts its lines', String.raw`printf '\033[?1049h'`],
  ])('a window that is made narrower and wider, and %s, keeps one live line', async (_, prepare) => {
    const { terminal, options } = await begin(100);
    await terminal.run(`${prepare}; seq 40; csv2ddb direct one.csv ${options}`);
    await live(terminal, /^\[/);
    for (const columns of [40, 30, 120, 60]) {
      await terminal.resize(columns);
      await terminal.until(`live line in ${columns} columns`, (lines) => isClean(lines, columns));
      await watch(terminal, columns);
      expect((await terminal.screen()).at(-2)).toBe('40');
    }
    expect(await finish(terminal, 0)).toMatch(/\n40\nLoaded one\.csv/);
  });

  it('with TERM=dumb there are plain lines, and nothing moves the cursor', async () => {
    const { terminal, options } = await begin(80);
    await terminal.run(`TERM=dumb csv2ddb direct one.csv ${options} --report-every 200ms`);
    await terminal.until('two lines', (lines) => lines.filter((line) => line.includes(' records/s')).length >= 2);
    expect(await terminal.cursorIsVisible()).toBe(true);
    requestMs = 0;
    expect((await terminal.ended()).status).toBe(0);
  });

  it('with stderr in a file the screen has the result only, and the file plain lines', async () => {
    const { terminal, options, cwd } = await begin(80);
    await terminal.run(`csv2ddb direct one.csv ${options} --concurrency 1 --report-every 10ms 2>err.log`);
    expect(await finish(terminal, 0)).toMatch(/^Loaded one\.csv into table /);
    expect(readFileSync(join(cwd, 'err.log'), 'utf8')).toMatch(/^checking table .*\n(\d+%, .* records\/s, .*\n)+$/);
  });

  it.each([
    ['stdout', '| head -1', /^Loaded one\.csv into table [^\n]*$/],
    ['stdout and stderr', '2>&1 | head -1', /^checking table [^\n]*$/],
  ])('a reader of %s that leaves early changes nothing for the load', async (_, pipe, shown) => {
    const { terminal, table, options } = await begin(80);
    await terminal.run(`csv2ddb direct one.csv ${options} --report-every 200ms ${pipe}`);
    expect(await finish(terminal, 0)).toMatch(shown);
    expect(await scanAll(emulator.client, table)).toHaveLength(recordsPerFile);
  });
});
