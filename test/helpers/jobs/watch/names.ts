import { taskName } from '../../../../src/pipeline/bucket/keys.ts';
import type { TaskName } from '../../../../src/pipeline/state/task.ts';

/** What a key of the pipeline's state is the name of. */
export type Named =
  | { readonly is: 'head' | 'summary' | 'else' }
  | { readonly is: 'open' | 'job'; readonly job: string }
  | { readonly is: 'task'; readonly job: string; readonly task: TaskName };

export function named(key: string): Named {
  const parts = key.split('/');
  const [, folder, job = '', what = '', last = ''] = parts;
  if (folder === 'heads') return { is: 'head' };
  if (folder === 'open') return { is: 'open', job };
  if (folder !== 'jobs') return { is: 'else' };
  if (what === 'job') return { is: 'job', job };
  if (what === 'tasks') return { is: 'task', job, task: last === 'cut' ? 'cut' : Number(last) };
  return { is: 'summary' };
}

export function nameOf(job: string, task: TaskName): string {
  return `${job.slice(-6)} ${task === 'cut' ? task : taskName(job, task).slice(-4)}`;
}
