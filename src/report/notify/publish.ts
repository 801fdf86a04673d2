import type { ReportSettings, Settings } from '../../load/settings.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import type { Summary } from '../../load/summary.ts';
import { notification } from './notification.ts';
import type { Publish } from './sns.ts';

/**
 * What publishes to the topic of `--notify`; undefined where there is none. A client is made, and SNS's SDK loaded, when
 * something is published: most runs have nobody to tell.
 * @param stop the user's wish to stop: one that comes while it publishes ends that.
 */
export function openPublisher(
  { aws, report }: { readonly aws: AwsSettings; readonly report: Pick<ReportSettings, 'notify'> },
  stop: AbortSignal,
): Publish | undefined {
  const { notify: topic } = report;
  if (topic === undefined) return undefined;
  return async (notification) => {
    const { makeSnsClient, snsPublisher, topicRegion } = await import('./sns.ts');
    const client = makeSnsClient(aws, topicRegion(topic));
    try {
      await snsPublisher({ client, topic, stop })(notification);
    } finally {
      client.destroy();
    }
  };
}

/**
 * Publishes a summary to the topic of the settings, without words for people; does nothing where there is none.
 * @param stop see `openPublisher`; default: nobody wishes to stop.
 * @throws LoaderError as `snsPublisher` does.
 */
export async function publish(
  settings: Pick<Settings, 'aws' | 'report'>,
  summary: Summary,
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  await openPublisher(settings, stop)?.(notification(summary, []));
}
