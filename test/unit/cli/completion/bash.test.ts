import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatBashScript } from '../../../../src/cli/completion/bash.ts';
import { completionModel } from '../../../../src/cli/completion/model.ts';
import { commands } from '../../../../src/options/commands.ts';
import type { CommandName } from '../../../../src/options/option.ts';
import { optionsOf } from '../../../../src/options/table.ts';
import { tempDir } from '../../../helpers/temp.ts';

const hasBash = process.platform !== 'win32' && spawnSync('bash', ['-c', 'true']).status === 0;
if (!hasBash) console.log('skipped: the bash completion needs bash');

const cwd = tempDir();
for (const name of ['people.csv', 'two words.csv', 'people.yaml', '*.odd']) writeFileSync(join(cwd, name), '');
for (const name of ['sub', 'my dir']) mkdirSync(join(cwd, name));
const script = join(tempDir(), 'csv2ddb.bash');
writeFileSync(script, formatBashScript(completionModel()));

/** Returns the completions of the last word. Words are split like in readline, also at an equals sign. */
function complete(...words: string[]): string[] {
  const code = `. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _csv2ddb; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-ec', code, 'bash', script, 'csv2ddb', ...words], {
    cwd,
    encoding: 'utf8',
  });
  return output.split('\n').filter((line) => line !== '').sort(); // prettier-ignore
}

describe.skipIf(!hasBash)('bash', () => {
  const everything = ['*.odd', 'my dir', 'people.csv', 'people.yaml', 'sub', 'two words.csv'];
  it.each<[title: string, words: string[], expected: string[]]>([
    ['commands', [''], Object.keys(commands).sort()],
    ['a command', ['dir'], ['direct']],
    ['an option of all commands', ['--reg'], ['--region']],
    ['a command after a global option', ['--region', 'eu-west-1', 'di'], ['direct']],
    ['a command after a global option with an equals sign', ['--region', '=', 'direct', 'lo'], ['local']],
    ['no free-form value', ['--region', 'di'], []],
    ['options of a command', ['direct', '--no-'], ['--no-color', '--no-header']],
    ['options of another command', ['local', '--po'], ['--port']],
    ['options after operands', ['direct', 'people.csv', '--tab'], ['--table']],
    ['values of an option', ['direct', '--ragged', ''], ['pad', 'reject', 'truncate']],
    ['a value of an option', ['direct', '--ragged', 'p'], ['pad']],
    ['values after an equals sign', ['direct', '--ragged', '='], ['pad', 'reject', 'truncate']],
    ['a value after an equals sign', ['direct', '--ragged', '=', 'tr'], ['truncate']],
    ['an encoding', ['direct', '--encoding', 'latin'], ['latin1']],
    ['sources', ['direct', ''], everything],
    ['a source', ['direct', 'two'], ['two words.csv']],
    ['a source after an option with a value', ['direct', '--table', 'people', 'people.c'], ['people.csv']],
    ['no option after --', ['direct', '--', '--ta'], []],
    ['files for an option', ['direct', '--config', 'people.y'], ['people.yaml']],
    ['folders for --local', ['direct', '--local', '=', 's'], ['sub']],
    ['sources after --local alone', ['direct', '--local', 'people.c'], ['people.csv']],
    ['folders for local', ['local', ''], ['my dir', 'sub']],
    ['shells', ['completion', ''], ['bash', 'fish', 'zsh']],
  ])('completes %s', (_, words, expected) => {
    expect(complete(...words)).toEqual(expected);
  });

  it('completes every option of every command', () => {
    for (const command of Object.keys(commands) as CommandName[]) {
      const names = optionsOf(command).map(([, option]) => `--${option.name}`);
      expect(complete(command, '--')).toEqual([...names, '--help'].sort());
    }
  });
});
