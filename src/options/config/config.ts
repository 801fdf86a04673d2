import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { ConfigProblem } from './config-problem.ts';
import { beneath, type Given } from '../raw-options.ts';
import { parseOptions, refuse } from '../parse.ts';
import { publicText } from '../../text/public-text.ts';
import { givenFrom, placeText } from '../from-json.ts';
import { readTexts } from '../list-values.ts';
import { ValueProblem } from '../value-kind.ts';

/** What a run is told, wherever that was said. */
export interface Told {
  /** As they were named; those of the config file where no others were. */
  readonly sources: readonly string[];
  readonly given: Given;
  /** What is wrong with the config file, a sentence each. */
  readonly problems: readonly string[];
}

const hint = 'docs/options.md of the csv2ddb package shows what a config file looks like';

/** A file that is larger is no config file. */
const maxConfigBytes = 1024 ** 2;

/**
 * Puts the options of `--config FILE`, if one is given, beneath the others: flags win over the environment, the
 * environment over the file. Paths in the file are relative to the working folder, as on the command line.
 * @throws LoaderError USAGE where the file cannot be read as a map of options; what else is wrong is in `problems`.
 */
export async function readConfig(sources: readonly string[], given: Given): Promise<Told> {
  const path = given.get('config')?.text ?? '';
  if (path === '' || path.includes('\0')) return { sources, given, problems: [] };
  const file = publicText(path);
  try {
    const text = await readText(path);
    if (/\.json$/i.test(path)) checkJson(text);
    // JSON is YAML, too. Loaded only here: most runs have no config file.
    const { readYamlMap } = await import('./yaml-map.ts');
    const { values, lineOf } = readYamlMap(text);
    const ofOptions = Object.entries(values).filter(([name]) => name !== '$schema' && name !== 'sources');
    const fromFile = givenFrom(Object.fromEntries(ofOptions), 'file', { file, lineOf });
    const ofSources = readSources(values['sources'], placeText(file, lineOf('sources')));
    return {
      sources: sources.length === 0 ? ofSources.sources : sources,
      given: beneath(given, fromFile.given),
      problems: [...ofSources.problems, ...fromFile.problems],
    };
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    // What the file says is not known, but what is wrong with the values of other options is.
    refuse([`${placeText(file, error.line)}${error.message}`, ...parseOptions(given).problems], hint);
    throw error;
  }
}

function readSources(json: unknown, place: string): Pick<Told, 'sources' | 'problems'> {
  if (json === undefined) return { sources: [], problems: [] };
  try {
    const sources = readTexts(json, 'people.csv');
    if (sources.includes('')) throw new ValueProblem('has an empty name');
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
    // `end` is inclusive: one byte more than a config file has.
    bytes = await buffer(createReadStream(path, { end: maxConfigBytes }));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const reasons: Readonly<Record<string, string>> = { ENOENT: 'there is no such file', EISDIR: 'it is a folder' };
    const why = reasons[String(error.code)] ?? error.message;
    throw new ConfigProblem(`the config file cannot be read: ${why}`);
  }
  if (bytes.length > maxConfigBytes) throw new ConfigProblem('it is larger than 1 MiB, and no config file');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ConfigProblem('it is not UTF-8 text, and no config file');
  }
}

/** YAML is more generous than JSON. @throws ConfigProblem */
function checkJson(text: string): void {
  if (text.trim() === '') return;
  try {
    JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = /at position (\d+)/.exec(message)?.[1];
    // What is left out quotes the text, or counts its characters.
    const why = message.replace(/(, (\.\.\.)?".*| in JSON| at position).*$/s, '');
    throw new ConfigProblem(
      `this is not JSON: ${why}`,
      at === undefined ? undefined : text.slice(0, Number(at)).split('\n').length,
    );
  }
}
