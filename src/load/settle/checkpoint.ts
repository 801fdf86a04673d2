import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { LoaderError } from '../../errors.ts';
import type { Settings } from '../settings.ts';
import type { Source, SourceIdentity } from '../source/source.ts';
import type { Ledger, LedgerStart } from './ledger.ts';
import type { RejectFileState } from './rejects.ts';

/** Raised when the meaning of a checkpoint changes; another number is refused on resume. */
const format = 2;

/** Everything a job needs to go on: the state at the frontier, and nothing beyond it. */
export interface Checkpoint extends LedgerStart {
  readonly format: typeof format;
  readonly job: JobIdentity;
  /** ARN of the table, where its endpoint gives one: a table of that name elsewhere is another table. */
  readonly tableArn: string | null;
  /** One for each source, in order. */
  readonly identities: readonly SourceIdentity[];
  /** Byte-order mark and header of the source in which the frontier lies, as they stand there, base64; null where they are not read yet. */
  readonly header: string | null;
  /** Names of the columns of all sources; null where no header is read yet. */
  readonly columns: readonly string[] | null;
  readonly rejects: readonly RejectFileState[];
}

/** What a job knows of itself, wherever its frontier is. */
export type KnownOfJob = Pick<Checkpoint, 'job' | 'tableArn' | 'identities' | 'columns'>;

/** The checkpoint of this moment. @param rejects all that lies before it, written already */
export function checkpointAt(
  known: KnownOfJob,
  ledger: LedgerStart & Pick<Ledger, 'header'>,
  rejects: readonly RejectFileState[],
): Checkpoint {
  const { source, position, header, bytesBefore } = ledger;
  const place = { source, position, header: header?.toString('base64') ?? null, bytesBefore };
  return { format, ...known, ...place, counts: { ...ledger.counts }, rejects };
}

/** What must be the same for a resume to make sense; rates, limits and reporting may change. */
export interface JobIdentity {
  readonly table: string;
  readonly where: string;
  readonly sources: readonly string[];
  readonly read: string;
  readonly map: string;
}

/** @param sources that the settings' names led to: a glob that finds other files now makes another job. */
export function identifyJob(settings: Settings, sources: readonly Pick<Source, 'name'>[]): JobIdentity {
  const { map, read, source, write } = settings;
  // A longer record may be let through from here on: that changes nothing of what was read.
  const dialect = { ...read.dialect, maxRecordBytes: undefined };
  const { compression, skipRecords } = source;
  return {
    table: settings.table,
    where: write.localDir === undefined ? 'DynamoDB' : `local folder ${write.localDir}`,
    sources: sources.map(({ name }) => name),
    read: JSON.stringify({ ...read, dialect, compression, skipRecords }),
    map: JSON.stringify({ ...map, types: [...map.types], rename: [...map.rename] }),
  };
}

/** Of long lists of names so many are shown. */
const namesShown = 5;

const meanings: Record<keyof JobIdentity, string> = {
  table: 'the table',
  where: '--local',
  sources: 'the sources',
  read: 'an option of reading (--encoding, --compression, --skip-records, --delimiter, --quote, --escape, --comment, --no-header, --columns, --ragged, --trim)',
  map: 'an option of mapping (--types, --rename, --select, --drop, --empty, --null-strings)',
};

/** @throws LoaderError CHECKPOINT_MISMATCH naming what differs. */
export function assertSameJob(path: string, found: JobIdentity, wanted: JobIdentity): void {
  const keys = Object.keys(meanings) as (keyof JobIdentity)[];
  const different = keys.filter((key) => JSON.stringify(found[key]) !== JSON.stringify(wanted[key]));
  if (different.length === 0) return;
  const what = different.map((key) => {
    if (key === 'sources') return `${meanings.sources} (${changeOf(found.sources, wanted.sources)})`;
    return key === 'table' ? `${meanings.table} (then ${found.table}, now ${wanted.table})` : meanings[key];
  });
  throw new LoaderError('CHECKPOINT_MISMATCH', `${path} is of another job: ${what.join('; ')} changed`, {
    hint: 'give the options of the first run, or start from the beginning with --restart',
  });
}

/** What came to a list and what went: of thousands of names only a few differ. */
function changeOf(then: readonly string[], now: readonly string[]): string {
  const list = (names: readonly string[]): string =>
    names.slice(0, namesShown).join(', ') + (names.length > namesShown ? ` and ${names.length - namesShown} more` : '');
  const [before, after] = [new Set(then), new Set(now)];
  const gone = then.filter((name) => !after.has(name));
  const come = now.filter((name) => !before.has(name));
  const parts = [
    ...(gone.length === 0 ? [] : [`not there now: ${list(gone)}`]),
    ...(come.length === 0 ? [] : [`not there then: ${list(come)}`]),
  ];
  return parts.length === 0 ? 'in another order or number' : parts.join('; ');
}

/** @throws LoaderError CHECKPOINT_MISMATCH where the table of this name is not the one of the first run. */
export function assertSameTable(path: string, found: string | null, arn: string | undefined): void {
  if (found === null || arn === undefined || found === arn) return;
  throw new LoaderError('CHECKPOINT_MISMATCH', `${path} is of a job into ${found}; this is ${arn}`, {
    hint: 'check region and profile, or start from the beginning with --restart',
  });
}

/**
 * The checkpoint at `path`; undefined where there is none.
 * @throws LoaderError CHECKPOINT_INVALID
 */
export async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  try {
    const checkpoint = JSON.parse(await readFile(path, 'utf8')) as Partial<Checkpoint> | null;
    if (checkpoint?.format !== format) throw new Error('it has another format');
    return checkpoint as Checkpoint;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError('CHECKPOINT_INVALID', `cannot use the checkpoint ${path}: ${why}`, {
      hint: 'start from the beginning with --restart',
      cause: error,
    });
  }
}

/** Replaces the checkpoint in one step: whoever is killed in between leaves the old one. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const temporary = `${path}.new`;
  try {
    await writeFile(temporary, JSON.stringify(checkpoint, undefined, 1) + '\n', { mode: 0o600, flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const why = error instanceof Error ? error.message : String(error);
    throw new LoaderError('OUTPUT_UNWRITABLE', `cannot write the checkpoint ${path}: ${why}`, {
      hint: 'make room, or name another place with --checkpoint',
      cause: error,
    });
  }
}
