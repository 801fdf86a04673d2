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
  upload: {
    summary: "put CSV into a pipeline's bucket, from where it is loaded",
    operand: {
      usage: '[file...]',
      help: 'files, put one after the other; - is standard input, which a pipe is without it, too',
      takes: 'files',
    },
    examples: [
      { what: 'put it there, and wait until it is loaded', line: 'csv2ddb upload people.csv --wait' },
      {
        what: 'from cron: only where the file is another than last time',
        line: 'csv2ddb upload people.csv --wait --if-changed --quiet',
      },
      {
        what: 'a file of another shape than the pipeline expects',
        line: "csv2ddb upload german.csv --delimiter ';' --encoding windows-1252",
      },
      {
        what: 'what another program prints',
        line: "psql -c 'copy people to stdout csv header' | csv2ddb upload --key people.csv",
      },
    ],
  },
  provision: {
    summary: 'make or update a pipeline: bucket, queue, table and the function that loads',
    operand: undefined,
    examples: [
      { what: 'what would be made', line: 'csv2ddb provision --table people --partition-key id --dry-run' },
      { what: 'make it', line: 'csv2ddb provision --table people --partition-key id --email jo@example.com' },
      {
        what: 'files with semicolons, and another pipeline beside the first',
        line: "csv2ddb provision --name orders --table orders \\\n  --partition-key customer --sort-key number --delimiter ';' --types number:N",
      },
    ],
  },
  worker: {
    summary: "load what is put into a pipeline's bucket, on this machine",
    operand: undefined,
    examples: [
      { what: 'for the pipeline that provision made, until it is told to stop', line: 'csv2ddb worker' },
      {
        what: 'for one that was made otherwise',
        line: 'csv2ddb worker --table people --bucket imports \\\n  --queue-url https://sqs.us-east-1.amazonaws.com/123456789012/imports',
      },
      {
        what: 'load what is there, then end; from cron, for instance',
        line: 'csv2ddb worker --until-empty',
      },
    ],
  },
  status: {
    summary: 'show what a pipeline is at, or how one of its jobs goes',
    operand: { usage: '[job]', help: 'a job, or the key or the name of its file (default: all)', takes: [] },
    examples: [
      { what: 'jobs, queue and dead letters', line: 'csv2ddb status' },
      { what: 'one file', line: 'csv2ddb status import/people.csv' },
    ],
  },
  redrive: {
    summary: 'start again what a pipeline has not loaded: from where it stopped',
    operand: {
      usage: '[job]',
      help: 'a job, or the key or the name of its file (default: all that is not loaded)',
      takes: [],
    },
    examples: [
      { what: 'once the table, or the permission, is there again', line: 'csv2ddb redrive' },
      { what: 'one file', line: 'csv2ddb redrive import/people.csv' },
    ],
  },
  destroy: {
    summary: 'take down what provision made',
    operand: undefined,
    examples: [
      { what: 'but for bucket and table', line: 'csv2ddb destroy' },
      { what: 'all of it, without a question', line: 'csv2ddb destroy --delete-data --yes' },
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
