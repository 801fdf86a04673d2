import { taskKey } from '../../../../src/pipeline/bucket/keys.ts';
import type { TaskName } from '../../../../src/pipeline/state/task.ts';

/** What an object key of the pipeline's state refers to. */
export type StateKey =
  | { readonly kind: 'latest' | 'summary' | 'other' }
  | { readonly kind: 'open' | 'job'; readonly job: string }
  | { readonly kind: 'task'; readonly job: string; readonly task: TaskName };

export function parseStateKey(key: string): StateKey {
  const parts = key.split('/');
  const [, folder, job = '', kind = '', last = ''] = parts;
  if (folder === 'heads') return { kind: 'latest' };
  if (folder === 'open') return { kind: 'open', job };
  if (folder !== 'jobs') return { kind: 'other' };
  if (kind === 'job') return { kind: 'job', job };
  if (kind === 'tasks') return { kind: 'task', job, task: last === 'cut' ? 'cut' : Number(last) };
  return { kind: 'summary' };
}

export function taskLabel(job: string, task: TaskName): string {
  return `${job.slice(-6)} ${task === 'cut' ? task : taskKey(job, task).slice(-4)}`;
}
