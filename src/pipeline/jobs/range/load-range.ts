import { load } from '../../../load/load.ts';
import type { LoadDependencies } from '../../../load/dependencies.ts';
import type { Settings } from '../../../load/settings.ts';
import type { Summary } from '../../../load/summary.ts';
import type { Source } from '../../../load/source/source.ts';
import { classifyError } from './task-result.ts';
import { makeFailure } from '../../state/failure.ts';
import type { TaskProgress } from '../../state/task.ts';
import { createStoredJob, type StoredJobOptions } from './stored-job.ts';
import type { TaskResult } from '../ports.ts';

/** Loads the range of a task. @param source Ends where the range ends. */
export async function loadRange(
  settings: Settings,
  source: Source,
  table: Pick<LoadDependencies, 'openTable' | 'describe' | 'openClient' | 'say'>,
  options: StoredJobOptions,
): Promise<TaskResult> {
  const job = createStoredJob(options);
  const summary = await load(settings, {
    ...table,
    sources: [source],
    acceptsEmpty: true,
    openJob: job.open,
    stop: options.leased.stop,
    begin: () => undefined,
  });
  return summaryResult(summary, job.work());
}

function summaryResult({ error }: Summary, work: TaskProgress): TaskResult {
  if (error === null) return { kind: 'done', work };
  const { code, message, hint, place } = error;
  const where = place?.line === undefined ? '' : ` (line ${place.line})`;
  const why = makeFailure({ code, message: `${message}${where}`, hint });
  return { kind: classifyError(code), why, work };
}
