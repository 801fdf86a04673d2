import { createRequire } from 'node:module';
import { Command, CommanderError, Option as CliOption } from 'commander';
import type { Io } from './io.ts';
import type { Runner } from './run-command.ts';
import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import { commands } from '../options/commands.ts';
import { wantsColor } from '../options/parse.ts';
import { readGiven, type Given } from '../options/raw-options.ts';
import { defaultOf, groups, usageOf, type CommandName, type Option } from '../options/option.ts';
import { publicText } from '../text/public-text.ts';
import { nearestName } from '../options/suggest.ts';
import { allOptions, options } from '../options/table.ts';
import { writeLines } from '../report/output.ts';
import { bugLines, problemLines } from '../report/problem.ts';

/**
 * Runs the command that the arguments name.
 * @param argv what follows the program's name.
 * @returns the exit status. It does not throw: errors are printed here, and nowhere else.
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitStatus> {
  // A command sets it; --help and --version end without one.
  let status: ExitStatus = exitStatus.done;
  const program = makeProgram(io, (ended) => {
    status = ended;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    const problem = error instanceof CommanderError ? usageProblem(error) : error;
    if (problem === undefined)
      return error instanceof CommanderError && error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
    // The options may not have been parsed, or may be what is wrong.
    const color = io.stderr.isTTY === true && wantsColor({ noColor: argv.includes('--no-color') }, io.env);
    const lines = problem instanceof LoaderError ? problemLines(problem, color) : describeBug(problem);
    await writeLines(io.stderr, lines);
    return problem instanceof LoaderError ? problem.exitStatus : exitStatus.bug;
  }
}

/** What is printed of an error that nobody foresaw. */
export function describeBug(error: unknown): string[] {
  return bugLines(error, version());
}

/** The program with all its commands. @param ended receives the status of the command that ran. */
function makeProgram(io: Io, ended: (status: ExitStatus) => void): Command {
  const program = new Command('csv2ddb')
    .description('Loads CSV into a DynamoDB table: every record accounted for.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      minWidthToWrap: 20,
      optionDescription: describe,
      // As the group of these options is called in the help of the program itself.
      styleTitle: (title) => (title === 'Global Options:' ? `${groups.global}:` : title),
    })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => columnsOf(io.stdout),
      getErrHelpWidth: () => columnsOf(io.stderr),
      // Printed by main, as every error is.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      `\n${examplesText(firstExample)}\ncsv2ddb direct --help has all its options, and more examples.`,
    );
  addOptions(program, undefined);

  for (const name of Object.keys(commands) as CommandName[]) {
    const { summary, operand, examples } = commands[name];
    const command = program
      .command(name)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .addHelpText('after', `\n${examplesText(examples)}`);
    if (operand !== undefined) command.argument(operand.usage, operand.help);
    addOptions(command, name);
    command.action(async () => {
      const run = await runners[name]();
      ended(await run(command.args, givenTo(name, command, io), io));
    });
  }
  return program;
}

/** Commands are loaded when they run, so that help and version load nothing that they do not show. */
const runners: Readonly<Record<CommandName, () => Promise<Runner>>> = {
  direct: async () => (await import('./commands/direct.ts')).direct,
  upload: async () => (await import('./commands/upload.ts')).upload,
  provision: async () => (await import('./commands/provision.ts')).provision,
  worker: async () => (await import('./commands/worker.ts')).worker,
  status: async () => (await import('./commands/status.ts')).status,
  redrive: async () => (await import('./commands/redrive.ts')).redrive,
  destroy: async () => (await import('./commands/destroy.ts')).destroy,
  local: async () => (await import('./commands/local.ts')).local,
  completion: async () => (await import('./commands/completion.ts')).completion,
};

/** The width of a terminal; what is customary where it is none. */
function columnsOf(stream: NodeJS.WritableStream): number {
  return 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : 80;
}

const firstExample = {
  'load a file into a DynamoDB in a folder, without AWS': 'csv2ddb direct people.csv --table people --local',
};

function examplesText(examples: Readonly<Record<string, string>>): string {
  const shown = Object.entries(examples).map(([what, line]) => `  # ${what}\n  ${line.replaceAll('\n', '\n  ')}\n`);
  return `${shown.length === 1 ? 'Example' : 'Examples'}:\n${shown.join('\n')}`;
}

/** @param name undefined: what every command takes. */
function addOptions(command: Command, name: CommandName | undefined): void {
  for (const [, option] of allOptions()) {
    const isItsOwn = name === undefined ? option.commands === undefined : option.commands?.includes(name) === true;
    if (isItsOwn) command.addOption(cliOption(option));
  }
}

function cliOption(option: Option<unknown>): CliOption {
  // Defaults are filled in when the settings are resolved: here they would count as given. The environment is read by
  // `readGiven`.
  return new CliOption(usageOf(option), option.help).helpGroup(`${groups[option.group]}:`);
}

function givenTo(name: CommandName, command: Command, io: Io): Given {
  const values = command.optsWithGlobals<Record<string, unknown>>();
  return readGiven(
    name,
    (attribute) => ({ value: values[attribute], source: command.getOptionValueSourceWithGlobals(attribute) }),
    io.env,
  );
}

/** `help text (default: 16, env: CSV2DDB_CONCURRENCY)` */
function describe(cli: CliOption): string {
  const option = Object.values(options).find((one) => `--${one.name}` === cli.long) as Option<unknown> | undefined;
  if (option === undefined) return cli.description;
  const plain = defaultOf(option);
  const standard = plain === undefined || /^[\w]/.test(plain) ? plain : `'${plain}'`;
  const said =
    standard === undefined ? '' : standard.startsWith('required') ? `${standard}, ` : `default: ${standard}, `;
  return `${option.help} (${said}env: ${option.env})`;
}

/** What commander found wrong, as an error of ours; undefined where it has printed all there is to say. */
function usageProblem(error: CommanderError): LoaderError | undefined {
  if (error.exitCode === 0 || error.code === 'commander.help') return undefined;
  const [what = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const option = /^unknown option '(--?[^'=]*)/.exec(what)?.[1];
  // The value that is joined to it may be anything, a URL with a password too.
  if (option !== undefined)
    return new LoaderError('USAGE', `unknown option '${option}'`, { hint: hintForOption(option) });
  const meant = /Did you mean (.*)\?/.exec(more.join(' '))?.[1];
  const command = /^unknown command '(.*)'$/.exec(what)?.[1];
  const looksLikeSource = command !== undefined && /[.*/]|^-$/.test(command);
  const load = looksLikeSource ? 'to load a file: csv2ddb direct FILE --table TABLE' : undefined;
  return new LoaderError('USAGE', command === undefined ? what : `unknown command '${publicText(command)}'`, {
    hint: meant === undefined ? (load ?? 'csv2ddb --help lists commands and options') : `did you mean ${meant}?`,
  });
}

function hintForOption(flag: string): string {
  const name = flag.replace(/^-+/, '');
  const owner = allOptions().find(([, option]) => option.name === name)?.[1].commands?.[0];
  if (owner !== undefined) return `--${name} belongs to a command: csv2ddb ${owner} --${name}`;
  const meant = nearestName(
    name,
    allOptions().map(([, option]) => option.name),
  );
  return meant === undefined
    ? 'csv2ddb --help lists commands, and csv2ddb direct --help its options'
    : `did you mean --${meant}?`;
}

/** The version of the package that this file belongs to, which Node finds by its own name. */
function version(): string {
  return (createRequire(import.meta.url)('csv2ddb/package.json') as { version: string }).version;
}
