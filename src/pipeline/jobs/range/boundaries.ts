import type { Settings } from '../../../load/settings.ts';
import { getStartPosition } from '../../../load/read/start-position.ts';
import { chooseReader } from '../../../load/read/choose-reader.ts';
import { createCheckpoint, identifyJob, type Checkpoint } from '../../../load/settle/checkpoint.ts';
import { emptyLedger } from '../../../load/settle/ledger.ts';
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
  const start = from.checkpoint as Checkpoint | null;
  const stepBytes = Math.max(minRangeBytes, Math.ceil((source.storedBytes ?? 0) / parallel));
  const position = start?.position ?? getStartPosition(settings.read);
  const readers = await chooseReader(settings.read.dialect);
  const reader = readers.open(position, source.name);
  const known = { job: identifyJob(settings, [source]), tableArn: null, columns: null };
  const identities = start?.identities ?? [await source.identify(0)];
  let header = start?.header ?? (settings.read.header ? undefined : '');
  let next = nextMultiple(position.offset, stepBytes);

  const readBoundaries = function* (): Generator<Boundary, void, void> {
    while (reader.next()) {
      const { record } = reader;
      if (header === undefined) {
        header = Buffer.concat([reader.byteOrderMark, record.raw.subarray(record.rawStart, record.rawEnd)]).toString(
          'base64',
        );
      } else if (record.offset >= next) {
        const { offset, line, number } = record;
        const at = { offset, line, record: number };
        next = nextMultiple(offset, stepBytes);
        const checkpoint = createCheckpoint(
          { ...known, identities },
          { ...emptyLedger, header: Buffer.from(header, 'base64'), position: at },
          [],
        );
        yield { offset, checkpoint };
      }
    }
  };
  for await (const chunk of source.read(position.offset, start?.identities[0])) {
    reader.push(chunk);
    yield* readBoundaries();
  }
  reader.end();
  yield* readBoundaries();
}

/** Returns the first multiple of a step after an offset. */
function nextMultiple(offset: number, stepBytes: number): number {
  return (Math.floor(offset / stepBytes) + 1) * stepBytes;
}
