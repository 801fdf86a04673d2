import type { CommandName } from './option.ts';
import { localFolder } from './table.ts';

/** The shells that `csv2ddb completion` knows. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A command line that does something worth doing, for the help. */
export interface Example {
  readonly what: string;
  readonly line: string;
}

/** What is known of a command besides its options; help and shell completion come from here. */
export interface Command {
  /** Without a capital and a full stop. */
  readonly summary: string;
  /** Undefined: it takes none. */
  readonly operand:
    | {
        /** As commander has it: `[source...]`. */
        readonly usage: string;
        readonly help: string;
        /** What stands there, for shell completion. */
        readonly takes: 'files' | 'folder' | readonly string[];
      }
    | undefined;
  readonly examples: readonly Example[];
}

/** Every command, once, in the order of the help. */
export const commands: Readonly<Record<CommandName, Command>> = {
  direct: {
    summary: 'load CSV from here into a table',
    operand: {
      usage: '[source...]',
      help: 'files, patterns, s3:// or http(s):// URLs, loaded in this order; - is standard input, which a pipe is without it, too',
      takes: 'files',
    },
    examples: [
      { what: 'try it without AWS, in a folder', line: 'csv2ddb direct people.csv --table people --local' },
      {
        what: 'numbers as numbers, one column renamed, one left out',
        line: "csv2ddb direct orders.csv --table orders --types 'amount:N,paid:BOOL' \\\n  --rename 'order_id=id' --drop comment",
      },
      {
        what: 'make the table, and load an object of S3 into it',
        line: 'csv2ddb direct s3://my-bucket/people.csv.gz --table people \\\n  --create-table --partition-key email',
      },
      {
        what: 'what another program prints, at 2,000 write units a second at most',
        line: "psql -c 'copy people to stdout csv header' |\n  csv2ddb direct --table people --max-write-units 2000",
      },
      {
        what: 'a file without a header, in an old encoding',
        line: "csv2ddb direct export.txt --table people --encoding windows-1252 \\\n  --delimiter '\\t' --no-header --columns id,name,city",
      },
      { what: 'go on where an earlier run stopped', line: 'csv2ddb direct people.csv --table people --resume' },
    ],
  },
  worker: {
    summary: "load what is put into a pipeline's bucket, on this machine",
    operand: undefined,
    examples: [
      {
        what: 'load whatever comes, until it is told to stop',
        line: 'csv2ddb worker --table people --bucket my-imports \\\n  --queue-url https://sqs.us-east-1.amazonaws.com/123456789012/my-imports',
      },
      {
        what: 'load what is there, then end; from cron, for instance',
        line: 'csv2ddb worker --until-empty --table people --bucket my-imports \\\n  --queue-url https://sqs.us-east-1.amazonaws.com/123456789012/my-imports',
      },
    ],
  },
  local: {
    summary: 'serve the embedded DynamoDB, to look at what --local loaded',
    operand: {
      usage: '[dir]',
      help: `folder of the tables (default: ${localFolder})`,
      takes: 'folder',
    },
    examples: [
      { what: 'serve what --local loaded', line: 'csv2ddb local' },
      { what: 'another folder, at a port that is free', line: 'csv2ddb local my-tables --port 0' },
    ],
  },
  completion: {
    summary: 'print a script that completes commands, options and their values in a shell',
    operand: { usage: '<shell>', help: shells.join(', '), takes: shells },
    examples: [
      {
        what: 'bash',
        line: "csv2ddb completion bash > ~/.csv2ddb.bash\necho '. ~/.csv2ddb.bash' >> ~/.bashrc",
      },
      {
        what: 'zsh, after compinit',
        line: "csv2ddb completion zsh > ~/.csv2ddb.zsh\necho '. ~/.csv2ddb.zsh' >> ~/.zshrc",
      },
      { what: 'fish', line: 'csv2ddb completion fish > ~/.config/fish/completions/csv2ddb.fish' },
    ],
  },
};
