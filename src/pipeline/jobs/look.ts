import { jobName, taskName } from '../bucket/keys.ts';
import type { Held } from '../bucket/store.ts';
import type { GoOn } from '../queue/messages.ts';
import type { View } from '../state/decide.ts';
import type { HeadState } from '../state/head.ts';
import { firstTask, type JobState } from '../state/job.ts';
import type { TaskState } from '../state/task.ts';
import { updateHead } from './latest-version.ts';
import type { StepContext } from './steps/step.ts';

/** What lies in S3 of the task that a message is about, with what it takes to change it. */
export interface Seen extends View {
  readonly message: GoOn;
  readonly heldHead: Held<HeadState> | undefined;
  readonly task: Held<TaskState> | undefined;
}

export async function look(context: StepContext, { job: id, key, task: asked }: GoOn): Promise<Seen> {
  const { ports, store } = context;
  const heldHead = await updateHead(context, key, id);
  const job = (await store.read<JobState>(jobName(id)))?.state;
  const name = asked ?? (job && firstTask(job));
  const task = name === undefined ? undefined : await store.read<TaskState>(taskName(id, name));
  const message = { job: id, key, task: asked };
  return { message, id, name, heldHead, head: heldHead?.state, job, task, nowMs: ports.clock.nowMs() };
}
