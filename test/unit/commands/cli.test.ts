import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli.ts';
import { allOptions } from '../../../src/options/table.ts';
import { defaultOf } from '../../../src/options/option.ts';

/** Runs the program in this process, up to where a command would open something. */
async function run(argv: string[], env: NodeJS.ProcessEnv = {}) {
  const texts = { stdout: '', stderr: '' };
  const keep = (name: keyof typeof texts) =>
    new Writable({
      write(chunk: Buffer, _, done) {
        texts[name] += chunk.toString();
        done();
      },
    });
  const io = { stdin: process.stdin, stdout: keep('stdout'), stderr: keep('stderr'), env, exit: () => undefined };
  const status = await main(argv, io);
  return { status, ...texts };
}

describe('--help and --version', () => {
  it('print the version of the package', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await run(['--version'])).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('show every option with default and environment name, by stage', async () => {
    const direct = await run(['direct', '--help']);
    const local = await run(['local', '--help']);
    expect([direct.status, local.status]).toEqual([0, 0]);
    // The text wraps: it is compared without its blanks.
    const text = `${direct.stdout}${local.stdout}`.replace(/\s+/g, ' ');
    for (const [, option] of allOptions()) {
      expect(text).toContain(`--${option.name} `);
      expect(text).toContain(`env: ${option.env})`);
      expect(text).toContain(defaultOf(option) ?? '');
    }
    expect(direct.stdout).toMatch(/^Reading the CSV:$/m);
    expect(direct.stdout).toMatch(/^Writing:$/m);
    expect(text).toContain("(default: ',', env: CSV2DDB_DELIMITER)");
  });

  it('load no AWS code, undici, dynalite, ora or cli-progress', () => {
    const packages = new Set<string>();
    const seen = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const code = readFileSync(file, 'utf8');
      for (const [, kind, name = ''] of code.matchAll(/^(?:import|export) (type )?[^;]*?from '([^']+)';/gm)) {
        if (kind !== undefined) continue;
        if (name.startsWith('.')) visit(join(dirname(file), name));
        else if (!name.startsWith('node:')) packages.add(name);
      }
    };
    visit(join('bin', 'csv2ddb.ts'));
    expect([...packages]).toEqual(['commander']);
    expect(seen.size).toBeGreaterThan(5);
  });
});

describe('wrong usage', () => {
  it.each<[title: string, argv: string[], env: NodeJS.ProcessEnv, words: RegExp]>([
    [
      'an option that is misspelt',
      ['direct', '--tabel', 'x'],
      {},
      /^error USAGE: unknown option '--tabel'\n {2}hint: did you mean --table\?\n$/,
    ],
    ['a command that is misspelt', ['dirct'], {}, /unknown command 'dirct'\n {2}hint: did you mean direct\?/],
    ['an option without its value', ['direct', 'a.csv', '--table'], {}, /'--table <name>' argument missing/],
    ['too many operands', ['local', 'a', 'b'], {}, /too many arguments/],
    ['a wrong value', ['direct', 'a.csv', '--table', 'x!'], {}, /--table takes a table's name/],
    ['no table', ['direct', 'a.csv'], {}, /--table is missing/],
    ['no command', [], {}, /^Usage: csv2ddb/],
  ])('%s ends with 64 and says so', async (_, argv, env, words) => {
    const { status, stdout, stderr } = await run(argv, env);
    expect(status).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});
