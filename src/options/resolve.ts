import { pick, allowsColor, type OptionValues, type ParsedOptions } from './parse.ts';
import { checkOptions, getQuote, servedFolder, type RuleContext } from './rules.ts';
import type { Settings } from '../load/settings.ts';

/** The process state that affects the meaning of options. */
export interface ProcessContext extends Pick<RuleContext, 'stdinIsTerminal' | 'isFile'> {
  readonly env: NodeJS.ProcessEnv;
}

/** The settings of `csv2ddb local`. */
export interface LocalSettings extends Pick<OptionValues, 'port' | 'json' | 'quiet'> {
  readonly dir: string;
}

/**
 * Returns the settings of `csv2ddb direct`. Without sources, it reads standard input.
 * @throws LoaderError USAGE, which lists every problem
 */
export function resolveDirect(parsed: ParsedOptions, context: ProcessContext): Settings {
  const { sources } = parsed;
  const values = checkOptions('direct', parsed, context);
  return {
    aws: pick(values, 'region', 'profile', 'endpointUrl'),
    table: values.table ?? '',
    sources: sources.length === 0 ? ['-'] : sources,
    source: pick(values, 'compression', 'skipLines', 'skipRecords', 'maxRecords'),
    read: {
      dialect: {
        ...pick(values, 'encoding', 'delimiter', 'escape', 'comment', 'trim', 'maxRecordBytes'),
        ...pick(values, 'multiline', 'strayQuotes', 'unescape'),
        quote: getQuote(values),
      },
      header: !values.noHeader,
      ...pick(values, 'columns', 'unnamed', 'sameName', 'ragged'),
    },
    map: {
      ...pick(values, 'select', 'empty'),
      types: values.types ?? new Map(),
      rename: values.rename ?? new Map(),
      drop: values.drop ?? [],
      nullStrings: values.nullStrings ?? [],
    },
    write: {
      ...pick(values, 'concurrency', 'maxWriteUnits', 'maxErrors', 'partitionKey', 'sortKey'),
      checksShape: !parsed.given.has('maxErrors'),
      retryForMs: values.retryFor,
      createTable: values.createTable || values.local !== undefined,
      localDir: values.local,
    },
    report: {
      ...pick(values, 'rejects', 'checkpoint', 'summary', 'notify', 'json', 'quiet', 'verbose'),
      onUnfinished: values.resume ? 'resume' : values.restart ? 'restart' : 'refuse',
      reportEveryMs: values.reportEvery,
      color: allowsColor(values, context.env),
    },
  };
}

/**
 * Returns the settings of `csv2ddb local`.
 * @param parsed its source is the folder; without one, the folder is that of `local` in the config file
 * @throws LoaderError USAGE
 */
export function resolveLocal(parsed: ParsedOptions, context: ProcessContext): LocalSettings {
  const values = checkOptions('local', parsed, context);
  return { ...pick(values, 'port', 'json', 'quiet'), dir: servedFolder(parsed.sources, values) };
}
