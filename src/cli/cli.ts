import { createRequire } from 'node:module';
import { Command, CommanderError, Option as CliOption } from 'commander';
import type { Io } from './io.ts';
import type { Runner } from './run-command.ts';
import { exitStatus, LoaderError, type ExitStatus } from '../errors.ts';
import { commands, type Operand } from '../options/commands.ts';
import { allowsColor } from '../options/parse.ts';
import { readRawOptions, type RawOptions } from '../options/raw-options.ts';
import { defaultOf, groups, usageOf, type CommandName, type Option } from '../options/option.ts';
import { hideUrlSecrets } from '../text/hide-url-secrets.ts';
import { findNearestName } from '../options/suggest.ts';
import { allOptions, options } from '../options/table.ts';
import { writeLines } from '../report/output.ts';
import { formatBug, formatProblem } from '../report/problem.ts';

/**
 * Runs a command. This is the only place that prints errors.
 * @param argv the arguments after the program name
 * @returns the exit status; it never throws
 */
export async function main(argv: readonly string[], io: Io): Promise<ExitStatus> {
  // Set by the command; --help and --version do not run one.
  let status: ExitStatus = exitStatus.done;
  const program = makeProgram(io, (commandStatus) => {
    status = commandStatus;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return status;
  } catch (error) {
    const problem = error instanceof CommanderError ? translateUsageError(error) : error;
    if (problem === undefined)
      return error instanceof CommanderError && error.exitCode === 0 ? exitStatus.done : exitStatus.usage;
    // The options may be invalid or not yet parsed.
    const color = io.stderr.isTTY === true && allowsColor({ noColor: argv.includes('--no-color') }, io.env);
    const lines = problem instanceof LoaderError ? formatProblem(problem, color) : describeBug(problem);
    await writeLines(io.stderr, lines);
    return problem instanceof LoaderError ? problem.exitStatus : exitStatus.bug;
  }
}

/** Returns the lines to print for an unexpected error. */
export function describeBug(error: unknown): string[] {
  return formatBug(error, version());
}

/** @param setStatus called with the exit status of the command */
function makeProgram(io: Io, setStatus: (status: ExitStatus) => void): Command {
  const program = new Command('csv2ddb')
    .description('Loads CSV files into a DynamoDB table and accounts for every record.')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({
      showGlobalOptions: true,
      minWidthToWrap: 20,
      optionDescription: describe,
      // The same title as in the help of the program.
      styleTitle: (title) => (title === 'Global Options:' ? `${groups.global}:` : title),
    })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHelpWidth: () => columnsOf(io.stdout),
      getErrHelpWidth: () => columnsOf(io.stderr),
      // `main` prints every error.
      outputError: () => undefined,
    })
    .addHelpText(
      'after',
      `\n${examplesText(firstExample)}\nRun csv2ddb direct --help for its options and more examples.`,
    );
  program.option('-V, --version', 'print the version').on('option:version', () => {
    io.stdout.write(`${version()}\n`);
    throw new CommanderError(0, 'commander.version', '');
  });
  addOptions(program, undefined);

  for (const name of Object.keys(commands) as CommandName[]) {
    const { summary, operand, examples } = commands[name];
    const command = program
      .command(name)
      .summary(summary)
      .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
      .addHelpText('after', `\n${examplesText(examples)}`);
    if (operand !== undefined) command.argument(operand.usage, describeOperand(operand));
    command.action(async () => {
      const run = await runners[name]();
      setStatus(await run(command.args, readOptions(name, command, io), io));
    });
  }
  // Adding the options of all commands takes longer than parsing those of one.
  program.hook('preSubcommand', (_, command) => {
    addOptions(command, command.name() as CommandName);
  });
  return program;
}

function describeOperand({ help, default: byDefault }: Operand): string {
  return byDefault === undefined ? help : `${help} (default: ${byDefault})`;
}

/** Loads a command when it runs, to keep --help and --version fast. */
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

/** Returns the width of a terminal, or 80 for other streams. */
function columnsOf(stream: NodeJS.WritableStream): number {
  return 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : 80;
}

const firstExample = {
  'load a file without AWS, into a local folder': 'csv2ddb direct people.csv --table people --local',
};

function examplesText(examples: Readonly<Record<string, string>>): string {
  const shown = Object.entries(examples).map(([what, line]) => `  # ${what}\n  ${line.replaceAll('\n', '\n  ')}\n`);
  return `${shown.length === 1 ? 'Example' : 'Examples'}:\n${shown.join('\n')}`;
}

/** @param name undefined for the global options */
function addOptions(command: Command, name: CommandName | undefined): void {
  for (const [, option] of allOptions()) {
    const isItsOwn = name === undefined ? option.commands === undefined : option.commands?.includes(name) === true;
    if (isItsOwn) command.addOption(cliOption(option));
  }
}

function cliOption(option: Option<unknown>): CliOption {
  // No defaults here: they would count as given. `readGiven` reads the environment.
  return new CliOption(usageOf(option), option.help).helpGroup(`${groups[option.group]}:`);
}

function readOptions(name: CommandName, command: Command, io: Io): RawOptions {
  const values = command.optsWithGlobals<Record<string, unknown>>();
  return readRawOptions(
    name,
    (attribute) => ({ value: values[attribute], source: command.getOptionValueSourceWithGlobals(attribute) }),
    io.env,
  );
}

/** Returns the help with range, default and variable: `help text (1 to 64; default: 2, env: CSV2DDB_TASKS)`. */
function describe(cli: CliOption): string {
  const option = Object.values(options).find((one) => `--${one.name}` === cli.long) as Option<unknown> | undefined;
  if (option === undefined) return cli.description;
  const { range } = option.kind;
  const text = defaultOf(option);
  const quoted = text === undefined || /^[\w]/.test(text) ? text : `'${text}'`;
  const byDefault = quoted === undefined || quoted.startsWith('required') ? quoted : `default: ${quoted}`;
  const facts = [byDefault, `env: ${option.env}`].filter((fact) => fact !== undefined).join(', ');
  return `${option.help} (${range === undefined ? '' : `${range}; `}${facts})`;
}

/** Translates an error of commander; undefined if commander has printed the help or the version. */
function translateUsageError(error: CommanderError): LoaderError | undefined {
  if (error.exitCode === 0 || error.code === 'commander.help') return undefined;
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const option = /^unknown option '(--?[^'=]*)/.exec(first)?.[1];
  // The message leaves out a value after the equals sign, which may be a URL with a password.
  if (option !== undefined)
    return new LoaderError('USAGE', `unknown option '${option}'`, { hint: hintForOption(option) });
  const suggestion = /Did you mean (.*)\?/.exec(more.join(' '))?.[1];
  const command = /^unknown command '(.*)'$/.exec(first)?.[1];
  const looksLikeSource = command !== undefined && /[.*/]|^-$/.test(command);
  const load = looksLikeSource ? 'To load a file, run csv2ddb direct FILE --table TABLE.' : undefined;
  return new LoaderError('USAGE', command === undefined ? first : `unknown command '${hideUrlSecrets(command)}'`, {
    hint:
      suggestion === undefined
        ? (load ?? 'Run csv2ddb --help to list commands and options.')
        : `Did you mean ${suggestion}?`,
  });
}

function hintForOption(flag: string): string {
  const name = flag.replace(/^-+/, '');
  const owner = allOptions().find(([, option]) => option.name === name)?.[1].commands?.[0];
  if (owner !== undefined) return `Put it after a command, like csv2ddb ${owner} --${name}.`;
  const nearest = findNearestName(
    name,
    allOptions().map(([, option]) => option.name),
  );
  return nearest === undefined
    ? 'Run csv2ddb --help to list the commands, or csv2ddb direct --help for its options.'
    : `Did you mean --${nearest}?`;
}

/** Returns the version of this package, which Node finds by its own name. */
function version(): string {
  return (createRequire(import.meta.url)('csv2ddb/package.json') as { version: string }).version;
}
