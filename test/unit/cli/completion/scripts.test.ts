import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatBashScript } from '../../../../src/cli/completion/bash.ts';
import { formatFishScript } from '../../../../src/cli/completion/fish.ts';
import { completionModel } from '../../../../src/cli/completion/model.ts';
import { formatZshScript } from '../../../../src/cli/completion/zsh.ts';
import { tempDir } from '../../../helpers/temp.ts';

const model = completionModel();
const scripts = { bash: formatBashScript(model), zsh: formatZshScript(model), fish: formatFishScript(model) };

describe.each(Object.entries(scripts))('the script for %s', (shell, script) => {
  const isInstalled = spawnSync(shell, ['-c', 'true']).status === 0;
  if (!isInstalled) console.log(`skipped: the syntax check needs ${shell}`);

  const file = join(tempDir(), `csv2ddb.${shell}`);
  writeFileSync(file, script);

  it.skipIf(!isInstalled)('has valid syntax', () => {
    const { status, stderr } = spawnSync(shell, ['-n', file], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('does not run csv2ddb, and ends with a line break', () => {
    expect(script).not.toMatch(/\$\(csv2ddb|`csv2ddb/);
    expect(script).toMatch(/[^\n]\n$/);
  });
});

describe('zsh', () => {
  it('lists every option of a command once, with its value', () => {
    for (const { name, options } of model.commands) {
      const part = new RegExp(`^ {8}${name}\\)\\n(.*?)^ {10};;`, 'ms').exec(scripts.zsh)?.[1] ?? '';
      for (const option of options) {
        const start =
          option.value === 'nothing' ? `'--${option.name}[` : `'--${option.name}=${option.isBare ? '-' : ''}[`;
        expect(part.split(start), option.name).toHaveLength(2);
      }
      expect(part.match(/^ {12}'--/gm)).toHaveLength(options.length);
    }
    expect(scripts.zsh).toMatch(/^ {12}'--ragged=\[.*\]:ragged:\(reject pad truncate\)' \\$/m);
    expect(scripts.zsh).toMatch(/^ {12}'--local=-\[.*\]::local:_files -\/' \\$/m);
  });

  it('escapes special characters in a description', () => {
    const [command] = model.commands;
    if (command === undefined) throw new Error('there are no commands');
    const odd = { name: 'odd', help: "a [b] c\\d 'e': f", value: ['x', 'y'], isBare: false };
    const script = formatZshScript({ commands: [{ ...command, options: [odd] }], options: [odd] });
    expect(script).toContain(String.raw`'--odd=[a \[b\] c\\d '\''e'\'': f]:odd:(x y)'`);
  });
});

describe('fish', () => {
  const lines = scripts.fish.split('\n');

  it('lists every option of a command once, with its value', () => {
    for (const { name, options } of model.commands) {
      const own = lines.filter((line) => line.includes(`-n '__fish_seen_subcommand_from ${name}' -l `));
      expect(own).toHaveLength(options.length);
      for (const option of options) {
        const line = own.find((one) => one.includes(` -l ${option.name} `)) ?? '';
        expect(line.includes(' -r '), line).toBe(option.value !== 'nothing' && !option.isBare);
      }
    }
    expect(scripts.fish).toMatch(/-l ragged -r -f -a 'reject pad truncate' -d /);
    expect(scripts.fish).toMatch(/-l config -r -F -d /);
  });

  it('escapes special characters in single quotes', () => {
    const odd = { name: 'odd', help: "a\\b 'c'", value: 'text' as const, isBare: false };
    expect(formatFishScript({ commands: [], options: [odd] })).toContain(String.raw`-l odd -r -f -d 'a\\b \'c\''`);
  });
});
