import { defaultOf, groups, usageOf, type Group, type Option } from './option.ts';
import { allOptions } from './table.ts';

const introduction = `# Options

Every option can also be set by the environment variable beside it; the command line wins. A switch takes \`true\` or
\`false\` there, and a variable that is empty counts as not set. The global options, and what AWS_* variables say, mean what they mean in the AWS CLI.

**Lists** have commas between their parts. A backslash takes the meaning of a comma, colon, equals sign or backslash
away: \`--drop 'a\\,b'\` drops the column \`a,b\`. In a pair the last \`:\` or \`=\` counts: \`--types 'time:zone:S'\` is of the column \`time:zone\`.
**Sizes** are bytes, or have a unit: \`64KiB\`, \`4MiB\`. **Durations** have a unit: \`500ms\`, \`30s\`, \`15m\`, \`1h\`.
\`--local\` may stand without a value: put it last, or write \`--local=DIR\`.`;

/** docs/options.md: a table for each group of options. */
export function optionsMarkdown(): string {
  const all = allOptions().map(([, option]) => option);
  const sections = (Object.keys(groups) as Group[]).map((group) =>
    [
      `## ${groups[group]}${group === 'local' ? ' (`csv2ddb local`)' : ''}`,
      '',
      '| option | default | what it does | environment |',
      '| --- | --- | --- | --- |',
      ...all.filter((option) => option.group === group).map(line),
    ].join('\n'),
  );
  return `${[introduction, ...sections].join('\n\n')}\n`;
}

function line(option: Option<unknown>): string {
  const code = (text: string): string => `\`${text.replaceAll('|', String.raw`\|`)}\``;
  const standard = option.default === undefined ? (defaultOf(option) ?? 'off') : code(option.default);
  const help = option.help.replaceAll('|', String.raw`\|`);
  return `| ${code(usageOf(option))} | ${standard} | ${help} | ${code(option.env)} |`;
}
