import { pick, wantsColor, type OptionValues, type ParsedOptions } from './parse.ts';
import { checkOptions, servedFolder, type RuleContext } from './rules.ts';
import type { Settings } from '../load/settings.ts';

/** The little of the world that decides what options mean. */
export interface Surroundings extends Pick<RuleContext, 'stdinIsTerminal' | 'isFile'> {
  readonly env: NodeJS.ProcessEnv;
}

/** What `csv2ddb local` is told to do. */
export interface LocalSettings extends Pick<OptionValues, 'port' | 'json' | 'quiet'> {
  readonly dir: string;
}

/**
 * The settings of `csv2ddb direct`; no sources mean standard input.
 * @throws LoaderError USAGE, with all that is wrong in one message.
 */
export function resolveDirect(parsed: ParsedOptions, around: Surroundings): Settings {
  const { sources } = parsed;
  const values = checkOptions('direct', parsed, around);
  return {
    aws: pick(values, 'region', 'profile', 'endpointUrl'),
    table: values.table ?? '',
    sources: sources.length === 0 ? ['-'] : sources,
    source: pick(values, 'compression', 'skipRecords', 'maxRecords'),
    read: {
      dialect: pick(values, 'encoding', 'delimiter', 'quote', 'escape', 'comment', 'trim', 'maxRecordBytes'),
      header: !values.noHeader,
      ...pick(values, 'columns', 'ragged'),
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
      retryForMs: values.retryFor,
      createTable: values.createTable || values.local !== undefined,
      localDir: values.local,
    },
    report: {
      ...pick(values, 'rejects', 'checkpoint', 'summary', 'notify', 'json', 'quiet', 'verbose'),
      onUnfinished: values.resume ? 'resume' : values.restart ? 'restart' : 'refuse',
      reportEveryMs: values.reportEvery,
      color: wantsColor(values, around.env),
    },
  };
}

/**
 * The settings of `csv2ddb local`.
 * @param parsed where it has no source, the folder is that of `local` in the config file.
 * @throws LoaderError USAGE
 */
export function resolveLocal(parsed: ParsedOptions, around: Surroundings): LocalSettings {
  const values = checkOptions('local', parsed, around);
  return { ...pick(values, 'port', 'json', 'quiet'), dir: servedFolder(parsed.sources, values) };
}
