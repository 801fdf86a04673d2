import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { LoaderError } from '../../errors.ts';
import type { Settings } from '../settings.ts';
import type { Source, SourceIdentity } from '../source/source.ts';
import type { Ledger, LedgerStart } from './ledger.ts';
import type { RejectFileState } from './rejects.ts';

/** Increased when the format changes. A resume refuses other formats. */
const format = 3;

/** Everything that a job needs to resume: its state at the frontier. */
export interface Checkpoint extends LedgerStart {
  readonly format: typeof format;
  readonly job: JobIdentity;
  /** ARN of the table if known, to detect a table of the same name in a different account or region. */
  readonly tableArn: string | null;
  /** One per source, in order. */
  readonly identities: readonly SourceIdentity[];
  /** Byte-order mark and raw header of the source that contains the frontier, in base64; null until they are read. */
  readonly header: string | null;
  /** Column names of all sources; null until a header is read. */
  readonly columns: readonly string[] | null;
  readonly rejects: readonly RejectFileState[];
}

/** The part of a checkpoint that does not depend on the frontier. */
export type JobFacts = Pick<Checkpoint, 'job' | 'tableArn' | 'identities' | 'columns'>;

/** Makes the checkpoint of the current frontier. @param rejects files with all rejects before it, already written */
export function createCheckpoint(
  facts: JobFacts,
  ledger: LedgerStart & Pick<Ledger, 'header'>,
  rejects: readonly RejectFileState[],
): Checkpoint {
  const { source, position, bytesBefore, headers, misshapen } = ledger;
  const header = ledger.header?.toString('base64') ?? null;
  return {
    format,
    ...facts,
    source,
    position,
    header,
    headers: [...headers],
    misshapen,
    bytesBefore,
    counts: { ...ledger.counts },
    rejects,
  };
}

/** The settings that must not change between a run and its resume. Rates, limits and reporting may change. */
export interface JobIdentity {
  readonly table: string;
  readonly where: string;
  readonly sources: readonly string[];
  readonly read: string;
  readonly map: string;
}

/** Identifies a job. @param sources after glob expansion: a glob that matches other files is a different job */
export function identifyJob(settings: Settings, sources: readonly Pick<Source, 'name'>[]): JobIdentity {
  const { map, read, source, write } = settings;
  // The limit may change: it does not affect the records that were read.
  const dialect = { ...read.dialect, maxRecordBytes: undefined };
  const { compression, skipLines, skipRecords } = source;
  return {
    table: settings.table,
    where: write.localDir === undefined ? 'DynamoDB' : `local folder ${write.localDir}`,
    sources: sources.map(({ name }) => name),
    read: JSON.stringify({ ...read, dialect, compression, skipLines, skipRecords }),
    map: JSON.stringify({ ...map, types: [...map.types], rename: [...map.rename] }),
  };
}

/** Names that a message lists. */
const maxNames = 5;

const descriptions: Record<keyof JobIdentity, string> = {
  table: 'the table',
  where: '--local',
  sources: 'the sources',
  read: 'a read option (--encoding, --compression, --skip-lines, --skip-records, --delimiter, --quote, --escape, --comment, --multiline, --stray-quotes, --unescape, --no-header, --columns, --unnamed, --same-name, --ragged, --trim)',
  map: 'a map option (--types, --rename, --select, --drop, --empty, --null-strings)',
};

/**
 * Checks that a checkpoint belongs to the same job.
 * @param name of the checkpoint in messages
 * @throws LoaderError CHECKPOINT_MISMATCH with the differences
 */
export function assertSameJob(name: string, found: JobIdentity, expected: JobIdentity): void {
  const keys = Object.keys(descriptions) as (keyof JobIdentity)[];
  const different = keys.filter((key) => JSON.stringify(found[key]) !== JSON.stringify(expected[key]));
  if (different.length === 0) return;
  const changes = different.map((key) => {
    if (key === 'sources') return `${descriptions.sources} (${describeChange(found.sources, expected.sources)})`;
    return key === 'table' ? `${descriptions.table} (from ${found.table} to ${expected.table})` : descriptions[key];
  });
  throw new LoaderError(
    'CHECKPOINT_MISMATCH',
    `${name} belongs to a different job: this run changed ${changes.join(', ')}`,
    {
      hint: 'Use the options of the earlier run, or start over with --restart.',
    },
  );
}

/** Describes how a list changed: of thousands of names, often only a few differ. */
function describeChange(then: readonly string[], now: readonly string[]): string {
  const list = (names: readonly string[]): string =>
    names.slice(0, maxNames).join(', ') + (names.length > maxNames ? ` and ${names.length - maxNames} more` : '');
  const [before, after] = [new Set(then), new Set(now)];
  const removed = then.filter((name) => !after.has(name));
  const added = now.filter((name) => !before.has(name));
  const parts = [
    ...(removed.length === 0 ? [] : [`removed: ${list(removed)}`]),
    ...(added.length === 0 ? [] : [`added: ${list(added)}`]),
  ];
  return parts.length === 0 ? 'different order or number' : parts.join('; ');
}

/**
 * Checks that a table is the one of the first run.
 * @param name of the checkpoint in messages
 * @param found ARN in the checkpoint
 * @throws LoaderError CHECKPOINT_MISMATCH
 */
export function assertSameTable(name: string, found: string | null, arn: string | undefined): void {
  if (found === null || arn === undefined || found === arn) return;
  throw new LoaderError('CHECKPOINT_MISMATCH', `${name} belongs to a different table: ${found}, not ${arn}`, {
    hint: 'Check --region and --profile, or start over with --restart.',
  });
}

/**
 * Reads the checkpoint at `path`. Returns undefined if the file does not exist.
 * @throws LoaderError CHECKPOINT_INVALID
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = JSON.parse(await readFile(path, 'utf8')) as Partial<Checkpoint> | null;
    if (checkpoint?.format !== format) throw new Error(`its format is not ${format}`);
    return checkpoint as Checkpoint;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError('CHECKPOINT_INVALID', `cannot read checkpoint ${path}: ${why}`, {
      hint: 'Start over with --restart.',
      cause: error,
    });
  }
}

/** Replaces the checkpoint atomically: if the process is killed, the old checkpoint remains. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await writeFile(temporary, JSON.stringify(checkpoint, undefined, 1) + '\n', { mode: 0o600, flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError('OUTPUT_UNWRITABLE', `cannot write checkpoint ${path}: ${why}`, {
      hint: 'Free disk space, or choose a different path with --checkpoint.',
      cause: error,
    });
  }
}
