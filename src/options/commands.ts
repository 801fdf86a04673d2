import type { CommandName } from './option.ts';
import { localFolder } from './table.ts';

/** The shells that `csv2ddb completion` supports. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The operand of a command. */
export interface Operand {
  /** In the notation of commander, like `[source...]`. */
  readonly usage: string;
  /** Up to 69 characters. */
  readonly help: string;
  /** The effect of leaving it out, for people. */
  readonly default?: string;
  /** For shell completion. */
  readonly candidates: 'files' | 'folder' | readonly string[];
}

/** A command without its options: the source of the help and of the shell completion. */
export interface CommandHelp {
  /** Up to 69 characters, lower case, without a full stop. */
  readonly summary: string;
  /** Undefined if the command takes none. */
  readonly operand?: Operand;
  /** Command lines by their purpose. */
  readonly examples: Readonly<Record<string, string>>;
}

/** Every command, in the order of the help. */
export const commands: Readonly<Record<CommandName, CommandHelp>> = {
  direct: {
    summary: 'load CSV files into a table, from this machine',
    operand: {
      usage: '[source...]',
      help: 'files, globs, s3:// or http(s):// URLs, in order; - is standard input',
      default: 'standard input, unless it is a terminal',
      candidates: 'files',
    },
    examples: {
      'try it without AWS, in a local folder': 'csv2ddb direct people.csv --table people --local',
      'set types, rename a column and leave one out':
        "csv2ddb direct orders.csv --table orders --types 'amount:N,paid:BOOL' \\\n  --rename 'order_id=id' --drop comment",
      'create the table and load an S3 object into it':
        'csv2ddb direct s3://my-bucket/people.csv.gz --table people \\\n  --create-table --partition-key email',
      'load the output of a program, with up to 2,000 write units per second':
        "psql -c 'copy people to stdout csv header' |\n  csv2ddb direct --table people --max-write-units 2000",
      'load a file without a header, in a legacy encoding':
        "csv2ddb direct export.txt --table people --encoding windows-1252 \\\n  --delimiter '\\t' --no-header --columns id,name,city",
      'resume an interrupted run': 'csv2ddb direct people.csv --table people --resume',
    },
  },
  upload: {
    summary: 'upload CSV files to a pipeline, which loads them',
    operand: {
      usage: '[file...]',
      help: 'files, uploaded one after the other; - is standard input',
      default: 'standard input, unless it is a terminal',
      candidates: 'files',
    },
    examples: {
      'upload a file and wait until it is loaded': 'csv2ddb upload people.csv --wait',
      'upload a file from cron, only if it has changed': 'csv2ddb upload people.csv --wait --if-changed --quiet',
      'upload a file in a different format than the pipeline expects':
        "csv2ddb upload german.csv --delimiter ';' --encoding windows-1252",
      'upload the output of a program': "psql -c 'copy people to stdout csv header' | csv2ddb upload --key people.csv",
    },
  },
  provision: {
    summary: 'create or update a pipeline: bucket, queue, table and function',
    examples: {
      'show the planned changes': 'csv2ddb provision --table people --partition-key id --dry-run',
      'create the pipeline': 'csv2ddb provision --table people --partition-key id --email jo@example.com',
      'create a second pipeline, for files with semicolons':
        "csv2ddb provision --name orders --table orders \\\n  --partition-key customer --sort-key number --delimiter ';' --types number:N",
    },
  },
  worker: {
    summary: 'load the files of a pipeline on this machine',
    examples: {
      'load for the pipeline that provision created, until stopped': 'csv2ddb worker',
      'load for a pipeline that was created by other means':
        'csv2ddb worker --table people --bucket imports \\\n  --queue-url https://sqs.us-east-1.amazonaws.com/123456789012/imports',
      'load the files in the queue, then exit (for cron)': 'csv2ddb worker --until-empty',
    },
  },
  status: {
    summary: 'show the state of a pipeline or of one of its jobs',
    operand: { usage: '[job]', help: 'a job, or the key or name of its file', default: 'all jobs', candidates: [] },
    examples: {
      'show jobs, queue and dead letters': 'csv2ddb status',
      'show one file': 'csv2ddb status import/people.csv',
    },
  },
  redrive: {
    summary: 'resume jobs that failed or stopped early',
    operand: {
      usage: '[job]',
      help: 'a job, or the key or name of its file',
      default: 'all jobs that failed or stopped early',
      candidates: [],
    },
    examples: {
      'resume all jobs after fixing the cause': 'csv2ddb redrive',
      'resume the job of one file': 'csv2ddb redrive import/people.csv',
    },
  },
  destroy: {
    summary: 'delete the resources that provision created',
    examples: {
      'keep the bucket and the table': 'csv2ddb destroy',
      'delete everything without confirmation': 'csv2ddb destroy --delete-data --yes',
    },
  },
  local: {
    summary: 'serve the embedded DynamoDB that --local loads into',
    operand: {
      usage: '[dir]',
      help: 'folder of the tables',
      default: localFolder,
      candidates: 'folder',
    },
    examples: {
      'serve the tables that --local loaded': 'csv2ddb local',
      'serve a different folder on a free port': 'csv2ddb local my-tables --port 0',
    },
  },
  completion: {
    summary: 'print a completion script for a shell',
    operand: { usage: '<shell>', help: 'bash, zsh or fish', candidates: shells },
    examples: {
      bash: "csv2ddb completion bash > ~/.csv2ddb.bash\necho '. ~/.csv2ddb.bash' >> ~/.bashrc",
      'zsh, after compinit': "csv2ddb completion zsh > ~/.csv2ddb.zsh\necho '. ~/.csv2ddb.zsh' >> ~/.zshrc",
      fish: 'csv2ddb completion fish > ~/.config/fish/completions/csv2ddb.fish',
    },
  },
};
