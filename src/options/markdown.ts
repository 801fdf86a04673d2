import { encodingNames } from '../load/read/encoding/encodings.ts';
import { defaultOf, groups, usageOf, type Group, type Option } from './option.ts';
import { allOptions } from './table.ts';

const introduction = `# Options

An option is given on the command line, by the environment variable beside it, or in a [config file](#a-config-file): the command
line wins over the environment, the environment over the file. Where two options are opposites, like \`--resume\` and \`--restart\`, that holds
too. A switch takes \`true\` or \`false\` in the environment, and a variable that is empty counts as not set. The global options, and what
AWS_* variables say, mean what they mean in the AWS CLI.

**Lists** have commas between their parts. A backslash takes the meaning of a comma, colon, equals sign or backslash
away: \`--drop 'a\\,b'\` drops the column \`a,b\`. In a pair the last \`:\` or \`=\` counts: \`--types 'time:zone:S'\` is of the column \`time:zone\`.
**Sizes** are bytes, or have a unit: \`64KiB\`, \`4MiB\`. **Durations** have a unit: \`500ms\`, \`30s\`, \`15m\`, \`1h\`.
\`--local\` may stand without a value: put it last, or write \`--local=DIR\`. CSV2DDB_LOCAL=true is \`--local\` without a folder, \`false\` is none.`;

const configFile = `## A config file

\`csv2ddb direct --config people.yaml\` reads options from a file:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/csv2ddb/config.schema.json
sources: [people.csv, more/*.csv]
table: people
delimiter: ';'
types:
  age: N
  active: BOOL
rename:
  e-mail: email
drop: [comment]
null-strings: ['NULL', 'N/A']
max-errors: 1%
retry-for: 1h
create-table: true
partition-key: email
\`\`\`

or, in JSON:

\`\`\`json
{
  "$schema": "./node_modules/csv2ddb/config.schema.json",
  "sources": ["s3://my-bucket/orders.csv.gz"],
  "table": "orders",
  "types": { "amount": "N" },
  "max-write-units": 2000,
  "max-record-bytes": "1MiB"
}
\`\`\`

- Keys are the long names of options, without dashes. Options of all commands may stand in one file; each command takes its own, and all are checked.
- Switches are \`true\` or \`false\`; numbers are numbers; lists are lists; \`types\` and \`rename\` are maps. Each may also be a text as on the command
  line: \`types: age:N,active:BOOL\`. \`local: true\` is \`--local\` without a folder.
- \`sources\` counts where the command line names none. \`config\` cannot stand in the file.
- Paths in it are relative to the working folder, as on the command line, not to the folder of the file.
- A file whose name ends in \`.json\` is JSON; any other is YAML 1.2. There a number, \`true\`, \`null\`, \`~\` and what has a use in YAML (\`|\`, \`#\`, \`*\`, \`,\`) are texts only in quotes:
  \`delimiter: '|'\`, \`null-strings: ['NULL']\`, \`columns: ['2024']\`. In double quotes \`"\\t"\` is a tab; without quotes \`\\t\` is one, too.
- It is UTF-8 and has 1 MiB at most. An empty one sets nothing: \`--config /dev/null\` takes CSV2DDB_CONFIG back.
- \`config.schema.json\` in the package tells editors what may stand in it; \`--verbose\` tells where each setting comes from.`;

const encodings = `## Encodings

\`--encoding\` takes these names, in upper or lower case, with or without \`-\` and \`_\`, and what else they are often called (\`latin1\`, \`cp1252\`, \`sjis\`):

${encodingNames.map((name) => `\`${name}\``).join(', ')}.

UTF-16 is named with its byte order. Encodings with states (UTF-7, ISO-2022-JP) are not read: a load could not go on in the middle of them.`;

/** Groups that are not those of `direct`. */
const ofCommand: Partial<Record<Group, string>> = { local: ' (`csv2ddb local`)', pipeline: ' (`csv2ddb worker`)' };

/** docs/options.md: a table for each group of options. */
export function optionsMarkdown(): string {
  const all = allOptions().map(([, option]) => option);
  const sections = (Object.keys(groups) as Group[]).map((group) =>
    [
      `## ${groups[group]}${ofCommand[group] ?? ''}`,
      '',
      '| option | default | what it does | environment |',
      '| --- | --- | --- | --- |',
      ...all.filter((option) => option.group === group).map(line),
    ].join('\n'),
  );
  return `${[introduction, ...sections, encodings, configFile].join('\n\n')}\n`;
}

function line(option: Option<unknown>): string {
  const code = (text: string): string => `\`${text.replaceAll('|', String.raw`\|`)}\``;
  const standard = option.default === undefined ? (defaultOf(option) ?? 'off') : code(option.default);
  const help = option.help.replaceAll('|', String.raw`\|`);
  return `| ${code(usageOf(option))} | ${standard} | ${help} | ${code(option.env)} |`;
}
