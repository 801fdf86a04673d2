import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { ConfigProblem } from './config-problem.ts';
import { addWeaker, type RawOptions } from '../raw-options.ts';
import { parseOptions, throwProblems } from '../parse.ts';
import { hideUrlSecrets } from '../../text/hide-url-secrets.ts';
import { readJsonOptions, formatLocation } from '../from-json.ts';
import { readStrings } from '../list-values.ts';
import { ValueProblem } from '../value-kind.ts';

/** The sources and options of a run, including those of its config file. */
export interface ConfiguredOptions {
  /** As the user wrote them. Those of the config file only if the command line names none. */
  readonly sources: readonly string[];
  readonly given: RawOptions;
  /** A message for each problem in the config file. */
  readonly problems: readonly string[];
}

const hint = 'See the config file section of docs/options.md in the csv2ddb package.';

const maxConfigBytes = 1024 ** 2;

/**
 * Adds the options of `--config FILE`: the command line overrides the environment, and the environment the file. Paths in
 * the file are relative to the working folder, as on the command line.
 * @throws LoaderError USAGE if the file is not a map of options. Other problems are returned in `problems`.
 */
export async function readConfig(sources: readonly string[], given: RawOptions): Promise<ConfiguredOptions> {
  const path = given.get('config')?.text ?? '';
  if (path === '' || path.includes('\0')) return { sources, given, problems: [] };
  const file = hideUrlSecrets(path);
  try {
    const text = await readText(path);
    if (/\.json$/i.test(path)) checkJson(text);
    // JSON is also valid YAML. Imported only here, because most runs have no config file.
    const { readYamlMap } = await import('./yaml-map.ts');
    const { values, lineOf } = readYamlMap(text);
    const optionEntries = Object.entries(values).filter(([name]) => name !== '$schema' && name !== 'sources');
    const fromFile = readJsonOptions(Object.fromEntries(optionEntries), 'file', { file, lineOf });
    const fileSources = readSources(values['sources'], formatLocation(file, lineOf('sources')));
    return {
      sources: sources.length === 0 ? fileSources.sources : sources,
      given: addWeaker(given, fromFile.given),
      problems: [...fileSources.problems, ...fromFile.problems],
    };
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    // The options of the file are unknown, but those of the command line and the environment can be checked.
    throwProblems([`${formatLocation(file, error.line)}${error.message}`, ...parseOptions(given).problems], hint);
    throw error;
  }
}

function readSources(json: unknown, place: string): Pick<ConfiguredOptions, 'sources' | 'problems'> {
  if (json === undefined) return { sources: [], problems: [] };
  try {
    const sources = readStrings(json, 'people.csv');
    if (sources.includes('')) throw new ValueProblem('contains an empty name');
    return { sources, problems: [] };
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error;
    return { sources: [], problems: [`${place}sources ${error.message}`] };
  }
}

/** @throws ConfigProblem */
async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    // `end` is inclusive: this reads up to one byte more than the limit.
    bytes = await buffer(createReadStream(path, { end: maxConfigBytes }));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const reasons: Readonly<Record<string, string>> = { ENOENT: 'it does not exist', EISDIR: 'it is a folder' };
    const why = reasons[String(error.code)] ?? error.message;
    throw new ConfigProblem(`cannot read the config file: ${why}`);
  }
  if (bytes.length > maxConfigBytes) throw new ConfigProblem('the config file is larger than 1 MiB');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigProblem('the config file is not UTF-8 text');
  }
}

/** Needed because YAML accepts more than JSON. @throws ConfigProblem */
function checkJson(text: string): void {
  if (text.trim() === '') return;
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = /at position (\d+)/.exec(message)?.[1];
    // The removed part quotes the text or gives a character position.
    const why = message.replace(/(, (\.\.\.)?".*| in JSON| at position).*$/s, '');
    throw new ConfigProblem(
      `invalid JSON: ${why}`,
      at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length,
    );
  }
}
