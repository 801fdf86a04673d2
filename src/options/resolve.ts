import { checkOptions } from './check-options.ts';
import type { OptionValues, ParsedOptions } from './parse.ts';
import { servedFolder, type RuleContext } from './rules.ts';
import type { Settings } from '../load/settings.ts';

/** The little of the world that decides what options mean. */
export interface Surroundings extends Pick<RuleContext, 'stdinIsTerminal' | 'isFile'> {
  readonly env: NodeJS.ProcessEnv;
}

/** What `csv2ddb local` is told to do. */
export interface LocalSettings {
  readonly dir: string;
  readonly port: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
}

/**
 * The settings of `csv2ddb direct`; no sources mean standard input.
 * @throws LoaderError USAGE, with all that is wrong in one message.
 */
export function resolveDirect(parsed: ParsedOptions, around: Surroundings): Settings {
  const { sources } = parsed;
  const values = checkOptions('direct', parsed, around);
  return {
    aws: { region: values.region, profile: values.profile, endpointUrl: values.endpointUrl },
    table: values.table ?? '',
    sources: sources.length === 0 ? ['-'] : sources,
    source: {
      compression: values.compression,
      skipRecords: values.skipRecords,
      maxRecords: values.maxRecords,
    },
    read: {
      dialect: {
        encoding: values.encoding,
        delimiter: values.delimiter,
        quote: values.quote,
        escape: values.escape,
        comment: values.comment,
        trim: values.trim,
        maxRecordBytes: values.maxRecordBytes,
      },
      header: !values.noHeader,
      columns: values.columns,
      ragged: values.ragged,
    },
    map: {
      types: values.types ?? new Map(),
      rename: values.rename ?? new Map(),
      select: values.select,
      drop: values.drop ?? [],
      empty: values.empty,
      nullStrings: values.nullStrings ?? [],
    },
    write: {
      concurrency: values.concurrency,
      maxWriteUnits: values.maxWriteUnits,
      maxErrors: values.maxErrors,
      retryForMs: values.retryFor,
      createTable: values.createTable || values.local !== undefined,
      partitionKey: values.partitionKey,
      sortKey: values.sortKey,
      localDir: values.local,
    },
    report: {
      rejects: values.rejects,
      checkpoint: values.checkpoint,
      onUnfinished: values.resume ? 'resume' : values.restart ? 'restart' : 'refuse',
      summary: values.summary,
      notify: values.notify,
      reportEveryMs: values.reportEvery,
      json: values.json,
      quiet: values.quiet,
      verbose: values.verbose,
      color: wantsColor(values, around.env),
    },
  };
}

/**
 * The settings of `csv2ddb local`.
 * @param named undefined where no folder is named: then it is that of `local` in the config file.
 * @throws LoaderError USAGE
 */
export function resolveLocal(named: string | undefined, parsed: ParsedOptions, around: Surroundings): LocalSettings {
  const operands = named === undefined ? [] : [named];
  const values = checkOptions('local', { ...parsed, sources: operands }, around);
  const dir = servedFolder(operands, values);
  return { dir, port: values.port, json: values.json, quiet: values.quiet, color: wantsColor(values, around.env) };
}

/** NO_COLOR (https://no-color.org): set and not empty. */
export function wantsColor(values: Pick<OptionValues, 'noColor'>, env: NodeJS.ProcessEnv): boolean {
  return !values.noColor && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
