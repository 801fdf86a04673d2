import { LoaderError } from '../errors.ts';
import { headerMissing } from './map/header.ts';
import { beginningOf } from './read/start-position.ts';
import { hasEnough, type Run } from './run-state.ts';
import type { Job } from './settle/resumable-job.ts';
import type { Source } from './source/source.ts';
import { openWay, openWayAgain, type Way } from './prepare-source.ts';

/**
 * Takes in one source, from its beginning or from where the checkpoint has it: bytes → records → items → the line.
 * It ends with the source, with what halts the run, or when enough records are read.
 * @throws LoaderError of the source, its header, the table, or INTERNAL where the bytes do not add up (P1)
 */
export async function takeSource(run: Run, job: Job, source: Source, index: number): Promise<void> {
  const { halt, settings } = run;
  const { skipRecords } = settings.source;
  const from = job.from?.source === index && job.from.header !== null ? job.from : undefined;
  const start = from?.position ?? beginningOf(settings.read);
  const reader = run.readers.open(start, source.name);
  let way: Way | undefined = from === undefined ? undefined : await openWayAgain(run, job, index, from);
  let bytes = start.offset;
  let recordBytes = start.offset;

  /** The first source's header is read, and nothing is written: from here on a kill costs nothing. */
  const begin = async (hasHeader: boolean): Promise<Way> => {
    const { record, byteOrderMark, position } = reader;
    const header = hasHeader ? record.raw.subarray(record.rawStart, record.rawEnd) : Buffer.alloc(0);
    const raw = Buffer.concat([byteOrderMark, header]);
    const begun = await openWay(run, job, index, hasHeader ? record : undefined, raw, hasHeader ? position : start);
    if (!job.saved) await job.save(begun.line.standing);
    return begun;
  };

  /** @returns whether the run goes on. */
  const takeRecords = async (): Promise<boolean> => {
    while (reader.next()) {
      const { record } = reader;
      recordBytes += record.rawEnd - record.rawStart;
      if (way === undefined) {
        way = await begin(settings.read.header);
        if (settings.read.header) continue;
      }
      if (record.number <= skipRecords) continue;
      run.taken++;
      way.line.take(index, record, reader.line, way.map(record));
      if (way.line.full) await way.line.room();
      if (halt.reason !== undefined || hasEnough(run)) return false;
    }
    return true;
  };

  for await (const chunk of halt.until(source.read(start.offset, job.from?.identities[index]))) {
    bytes += chunk.length;
    reader.push(chunk);
    run.line?.flow();
    if (!(await takeRecords())) return;
    run.line?.linger();
  }
  if (halt.reason !== undefined) return;
  reader.end();
  if (!(await takeRecords())) return;
  if (way === undefined && settings.read.header) throw headerMissing(source.name);
  way ??= await begin(false);
  if (bytes !== recordBytes + reader.blankBytes) {
    throw new LoaderError(
      'INTERNAL',
      `${source.name}: ${bytes} bytes came, ${recordBytes + reader.blankBytes} are accounted for`,
    );
  }
  way.line.ledger.endSource(bytes);
}
