import type { CommandName } from './option.ts';
import { localFolder } from './table.ts';

/** The shells that `csv2ddb completion` knows. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What is known of a command besides its options; help and shell completion come from here. */
export interface Command {
  /** Without a capital and a full stop. */
  readonly summary: string;
  /** Undefined: it takes none. */
  readonly operand?: {
    /** As commander has it: `[source...]`. */
    readonly usage: string;
    readonly help: string;
    /** What stands there, for shell completion. */
    readonly takes: 'files' | 'folder' | readonly string[];
  };
  /** Command lines, by what they do. */
  readonly examples: Readonly<Record<string, string>>;
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
    examples: {
      'try it without AWS, in a folder': 'csv2ddb direct people.csv --table people --local',
      'numbers as numbers, one column renamed, one left out':
        "csv2ddb direct orders.csv --table orders --types 'amount:N,paid:BOOL' \\\n  --rename 'order_id=id' --drop comment",
      'make the table, and load an object of S3 into it':
        'csv2ddb direct s3://my-bucket/people.csv.gz --table people \\\n  --create-table --partition-key email',
      'what another program prints, at 2,000 write units a second at most':
        "psql -c 'copy people to stdout csv header' |\n  csv2ddb direct --table people --max-write-units 2000",
      'a file without a header, in an old encoding':
        "csv2ddb direct export.txt --table people --encoding windows-1252 \\\n  --delimiter '\\t' --no-header --columns id,name,city",
      'go on where an earlier run stopped': 'csv2ddb direct people.csv --table people --resume',
    },
  },
  upload: {
    summary: "put CSV into a pipeline's bucket, from where it is loaded",
    operand: {
      usage: '[file...]',
      help: 'files, put one after the other; - is standard input, which a pipe is without it, too',
      takes: 'files',
    },
    examples: {
      'put it there, and wait until it is loaded': 'csv2ddb upload people.csv --wait',
      'from cron: only where the file is another than last time':
        'csv2ddb upload people.csv --wait --if-changed --quiet',
      'a file of another shape than the pipeline expects':
        "csv2ddb upload german.csv --delimiter ';' --encoding windows-1252",
      'what another program prints': "psql -c 'copy people to stdout csv header' | csv2ddb upload --key people.csv",
    },
  },
  provision: {
    summary: 'make or update a pipeline: bucket, queue, table and the function that loads',
    examples: {
      'what would be made': 'csv2ddb provision --table people --partition-key id --dry-run',
      'make it': 'csv2ddb provision --table people --partition-key id --email jo@example.com',
      'files with semicolons, and another pipeline beside the first':
        "csv2ddb provision --name orders --table orders \\\n  --partition-key customer --sort-key number --delimiter ';' --types number:N",
    },
  },
  worker: {
    summary: "load what is put into a pipeline's bucket, on this machine",
    examples: {
      'for the pipeline that provision made, until it is told to stop': 'csv2ddb worker',
      'for one that was made otherwise':
        'csv2ddb worker --table people --bucket imports \\\n  --queue-url https://sqs.us-east-1.amazonaws.com/123456789012/imports',
      'load what is there, then end; from cron, for instance': 'csv2ddb worker --until-empty',
    },
  },
  status: {
    summary: 'show what a pipeline is at, or how one of its jobs goes',
    operand: { usage: '[job]', help: 'a job, or the key or the name of its file (default: all)', takes: [] },
    examples: {
      'jobs, queue and dead letters': 'csv2ddb status',
      'one file': 'csv2ddb status import/people.csv',
    },
  },
  redrive: {
    summary: 'start again what a pipeline has not loaded: from where it stopped',
    operand: {
      usage: '[job]',
      help: 'a job, or the key or the name of its file (default: all that is not loaded)',
      takes: [],
    },
    examples: {
      'once the table, or the permission, is there again': 'csv2ddb redrive',
      'one file': 'csv2ddb redrive import/people.csv',
    },
  },
  destroy: {
    summary: 'take down what provision made',
    examples: {
      'but for bucket and table': 'csv2ddb destroy',
      'all of it, without a question': 'csv2ddb destroy --delete-data --yes',
    },
  },
  local: {
    summary: 'serve the embedded DynamoDB, to look at what --local loaded',
    operand: {
      usage: '[dir]',
      help: `folder of the tables (default: ${localFolder})`,
      takes: 'folder',
    },
    examples: {
      'serve what --local loaded': 'csv2ddb local',
      'another folder, at a port that is free': 'csv2ddb local my-tables --port 0',
    },
  },
  completion: {
    summary: 'print a script that completes commands, options and their values in a shell',
    operand: { usage: '<shell>', help: shells.join(', '), takes: shells },
    examples: {
      bash: "csv2ddb completion bash > ~/.csv2ddb.bash\necho '. ~/.csv2ddb.bash' >> ~/.bashrc",
      'zsh, after compinit': "csv2ddb completion zsh > ~/.csv2ddb.zsh\necho '. ~/.csv2ddb.zsh' >> ~/.zshrc",
      fish: 'csv2ddb completion fish > ~/.config/fish/completions/csv2ddb.fish',
    },
  },
};
