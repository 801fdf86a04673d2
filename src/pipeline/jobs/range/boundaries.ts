import { Buffer } from 'node:buffer';
import type { Settings } from '../../../load/settings.ts';
import { chooseReader } from '../../../load/read/choose-reader.ts';
import { openRecordFinder } from '../../../load/read/open-record-finder.ts';
import type { Position } from '../../../load/read/record.ts';
import { getStartPosition } from '../../../load/read/start-position.ts';
import { describeHeader, readFirstRecord } from '../../../load/source-headers.ts';
import { createCheckpoint, identifyJob, type Checkpoint } from '../../../load/settle/checkpoint.ts';
import { emptyLedger, type SourceHeaderLine } from '../../../load/settle/ledger.ts';
import type { Source } from '../../../load/source/source.ts';
import type { TaskProgress } from '../../state/task.ts';
import type { Boundary } from '../ports.ts';

/** Minimum size of a range. Starting a loader costs more than reading this many bytes. */
export const minRangeBytes = 1024 * 1024;

/**
 * Cuts a source into `parallel` ranges of about the same size, between records. Each boundary has a checkpoint with the header,
 * and with the numbers of the first line and record. Every cutter finds the same boundaries, wherever it resumes.
 * @throws LoaderError UNCLOSED_QUOTE, RECORD_TOO_LONG, SOURCE_UNREADABLE, SOURCE_CHANGED …
 */
export async function* findBoundaries(
  settings: Settings,
  source: Source,
  parallel: number,
  from: TaskProgress,
): AsyncGenerator<Boundary, void, void> {
  const earlier = from.checkpoint as Checkpoint | null;
  const stepBytes = Math.max(minRangeBytes, Math.ceil((source.storedBytes ?? 0) / parallel));
  const start = earlier === null ? await readStart(settings, source) : getStart(earlier);
  if (start === undefined) return;
  const { header, headers, position } = start;
  const finder = await openRecordFinder(settings.read.dialect, position, source.name);
  const identities = earlier?.identities ?? [await source.identify(0)];
  const facts = { job: identifyJob(settings, [source]), tableArn: null, columns: null, identities };
  let next = nextMultiple(earlier?.position.offset ?? 0, stepBytes);

  const findArrived = function* (): Generator<Boundary, void, void> {
    for (let found = finder.find(next); found !== undefined; found = finder.find(next)) {
      next = nextMultiple(found.offset, stepBytes);
      yield {
        offset: found.offset,
        checkpoint: createCheckpoint(facts, { ...emptyLedger, header, headers, position: found }, []),
      };
    }
  };
  for await (const chunk of source.read(position.offset, earlier?.identities[0])) {
    finder.push(chunk);
    yield* findArrived();
  }
  finder.end();
  yield* findArrived();
}

/** Where cutting starts, with the byte-order mark and the raw header of the source. */
interface Start {
  readonly header: Buffer;
  readonly headers: readonly SourceHeaderLine[];
  readonly position: Position;
}

function getStart({ header, headers, position }: Checkpoint): Start {
  return { header: Buffer.from(header ?? '', 'base64'), headers, position };
}

/**
 * Reads the header. Without one, reads the first record only if lines are skipped before it, because the finder of records
 * cannot read those. Returns undefined if the source has no record.
 */
async function readStart({ read, source: { skipLines } }: Settings, source: Source): Promise<Start | undefined> {
  const position = getStartPosition(read);
  if (!read.header && skipLines === 0) return { header: Buffer.alloc(0), headers: [], position };
  const reader = (await chooseReader(read.dialect)).open(position, source.name, skipLines);
  const record = await readFirstRecord(reader, source.head());
  if (record === undefined) return undefined;
  const start = { position: reader.position, header: reader.byteOrderMark, headers: [] };
  if (!read.header) return start;
  const { raw, rawStart, rawEnd } = record;
  return {
    ...start,
    header: Buffer.concat([reader.byteOrderMark, raw.subarray(rawStart, rawEnd)]),
    headers: [{ source: 0, ...describeHeader(record, read.dialect) }],
  };
}

/** Returns the first multiple of a step after an offset. */
function nextMultiple(offset: number, stepBytes: number): number {
  return (Math.floor(offset / stepBytes) + 1) * stepBytes;
}
