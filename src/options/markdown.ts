import { encodingNames } from '../load/read/encoding/encodings.ts';
import { defaultOf, descriptionOf, groups, usageOf, type Group, type Option } from './option.ts';
import { allOptions } from './table.ts';

const introduction = `# Options

You can set an option on the command line, in its environment variable, or in a
[config file](#config-file). The command line overrides the environment, and the environment
overrides the config file. This also applies to opposite options such as \`--resume\` and
\`--restart\`.

- **Switches** are \`true\` or \`false\` in the environment. An empty variable counts as not set.
- **Lists** have commas between their elements. A backslash escapes a comma, colon, equals sign or
  backslash: \`--drop 'a\\,b'\` drops the column \`a,b\`. A pair is split at its last \`:\` or \`=\`:
  \`--types 'time:zone:S'\` sets the type of the column \`time:zone\`.
- **Sizes** are in bytes, or have a unit: \`64KiB\`, \`4MiB\`.
- **Durations** have a unit: \`500ms\`, \`30s\`, \`15m\`, \`1h\`.
- **\`--local\`** has an optional value: put it last, or write \`--local=DIR\`. \`CSV2DDB_LOCAL=true\`
  means \`--local\` without a folder, and \`false\` means no \`--local\`.
- The **global options** and the AWS_* variables have the same meaning as in the AWS CLI.`;

const configFile = `## Config file

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

- Keys are the long option names without dashes. One file can hold the options of all commands: each
  command uses its own, and csv2ddb checks all of them.
- Switches are \`true\` or \`false\`, numbers are numbers, lists are lists, and \`types\` and \`rename\`
  are maps. Each value can also be a string as on the command line: \`types: age:N,active:BOOL\`.
  \`local: true\` means \`--local\` without a folder.
- \`sources\` is used only if the command line names no source. \`config\` is not allowed in the file.
- Paths are relative to the working folder, as on the command line, not to the folder of the file.
- A file whose name ends in \`.json\` is JSON. Any other file is YAML 1.2.
- In YAML, quote strings that look like something else: numbers, \`true\`, \`null\`, \`~\`, and
  characters that have a meaning in YAML (\`|\`, \`#\`, \`*\`, \`,\`). Examples: \`delimiter: '|'\`,
  \`null-strings: ['NULL']\`, \`columns: ['2024']\`.
- A tab is \`"\\t"\` in double quotes, or \`\\t\` without quotes.
- The file is UTF-8, up to 1 MiB. An empty file sets nothing: \`--config /dev/null\` cancels
  CSV2DDB_CONFIG.
- Editors can use \`config.schema.json\` from the package. \`--verbose\` prints the origin of each
  setting.`;

const encodings = `## Encodings

\`--encoding\` accepts these names and their common aliases (\`latin1\`, \`cp1252\`, \`sjis\`). Case,
\`-\` and \`_\` do not matter.

${encodingNames.map((name) => `\`${name}\``).join(', ')}.

The name of UTF-16 includes its byte order. Stateful encodings (UTF-7, ISO-2022-JP) are not
supported: a load could not resume in the middle of a file.`;

/** The command of a group, if it is not `direct`. */
const commandOfGroup: Partial<Record<Group, string>> = { local: ' (`csv2ddb local`)', pipeline: ' (`csv2ddb worker`)' };

/** Returns docs/options.md: a table for each group of options. */
export function optionsMarkdown(): string {
  const all = allOptions().map(([, option]) => option);
  const sections = (Object.keys(groups) as Group[]).map((group) =>
    [
      `## ${groups[group]}${commandOfGroup[group] ?? ''}`,
      '',
      '| option | default | description | environment |',
      '| --- | --- | --- | --- |',
      ...all.filter((option) => option.group === group).map(tableLine),
    ].join('\n'),
  );
  return `${[introduction, ...sections, encodings, configFile].join('\n\n')}\n`;
}

function tableLine(option: Option<unknown>): string {
  const code = (text: string): string => `\`${text.replaceAll('|', String.raw`\|`)}\``;
  const byDefault = option.default === undefined ? (defaultOf(option) ?? 'off') : code(option.default);
  const description = descriptionOf(option).replaceAll('|', String.raw`\|`);
  return `| ${code(usageOf(option))} | ${byDefault} | ${description} | ${code(option.env)} |`;
}
