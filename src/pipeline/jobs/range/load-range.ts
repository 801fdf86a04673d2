import { load } from '../../../load/load.ts';
import type { LoadDependencies } from '../../../load/dependencies.ts';
import type { Settings } from '../../../load/settings.ts';
import type { Summary } from '../../../load/summary.ts';
import type { Source } from '../../../load/source/source.ts';
import { endingOf } from './outcome.ts';
import { failed } from '../../state/failure.ts';
import type { Work } from '../../state/task.ts';
import { storedJob, type StoredJobOptions } from './stored-job.ts';
import type { Ended } from '../ports.ts';

/** Loads the bytes of a source that a task is about. @param source ends where the task does */
export async function loadRange(
  settings: Settings,
  source: Source,
  table: Pick<LoadDependencies, 'openTable' | 'describe' | 'openClient' | 'say'>,
  options: StoredJobOptions,
): Promise<Ended> {
  const job = storedJob(options);
  const summary = await load(settings, {
    ...table,
    sources: [source],
    openJob: job.open,
    stop: options.leased.stop,
    begin: () => undefined,
  });
  return endedOf(summary, job.work());
}

function endedOf({ error }: Summary, work: Work): Ended {
  if (error === null) return { kind: 'done', work };
  const { code, message, hint, place } = error;
  const where = place?.line === undefined ? '' : ` (line ${place.line})`;
  const why = failed({ code, message: `${message}${where}`, hint });
  return { kind: endingOf(code), why, work };
}
