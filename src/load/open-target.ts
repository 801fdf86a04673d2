import type { TableDescription } from '../dynamodb/table.ts';
import { LoaderError } from '../errors.ts';
import { readHeadings, withPlace, type Heading } from './headings.ts';
import { planColumns, type ColumnPlan } from './map/columns.ts';
import type { Mapped } from './map/mapped.ts';
import { compileMapper } from './map/mapper.ts';
import type { CsvRecord } from './read/record.ts';
import type { Run, Target } from './run-state.ts';
import type { Settings } from './settings.ts';
import type { Job } from './settle/resumable-job.ts';

/**
 * Gathers the columns of all sources, and finds or creates the table. Errors in later headers are found now, before
 * the first write.
 * @param heading of the source that this run reads first
 */
export async function openTarget(run: Run, job: Job, heading: Heading): Promise<Target> {
  const { settings, dependencies } = run;
  const known = job.from?.columns ?? undefined;
  const later = dependencies.sources.filter((source) => source !== heading.source);
  const others = known === undefined ? await readHeadings(run, later) : [];
  const columns = known ?? [...new Set([heading, ...others].flatMap(({ names }) => names))];
  const plan = withPlace(heading, () => planColumns(heading.names, settings.map, columns));
  const table = await openTable(run, heading, plan);
  const target = { table, columns };
  for (const other of others) mapperOf(other, target, settings);
  return target;
}

/**
 * Compiles the mapper of a source.
 * @throws LoaderError COLUMN_UNKNOWN, HEADER_INVALID, KEY_COLUMN_MISSING, TYPE_CONFLICT
 */
export function mapperOf(
  heading: Heading,
  { table, columns }: Target,
  { map, read }: Settings,
): (record: CsvRecord) => Mapped {
  const { names } = heading;
  return withPlace(heading, () =>
    compileMapper(planColumns(names, map, columns), { fieldCount: names.length, ragged: read.ragged }, table, map),
  );
}

/** Finds or creates the table. None is created if the header looks as if it is read with the wrong options. */
async function openTable(
  { settings, dependencies }: Run,
  { hint, source }: Heading,
  plan: readonly ColumnPlan[],
): Promise<TableDescription> {
  const { createTable, partitionKey } = settings.write;
  if (createTable && partitionKey === undefined && hint !== undefined) {
    throw new LoaderError(
      'HEADER_INVALID',
      'The header looks as if it were read the wrong way, so no table is made from it.',
      {
        hint: `${hint} If it is right as it is, name the partition key with --partition-key.`,
        place: { source: source.name, record: 0 },
      },
    );
  }
  return dependencies.openTable(plan);
}
