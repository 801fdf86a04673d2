import type { ReportSettings, Settings } from '../../load/settings.ts';
import type { AwsSettings } from '../../aws/settings.ts';
import type { Summary } from '../../load/summary.ts';
import { createNotification } from './notification.ts';
import type { Publish } from './sns.ts';

/**
 * Returns a function that publishes to the topic of `--notify`; undefined if none is set. Creates a client and loads the SNS
 * SDK only when something is published, because most runs have no topic.
 * @param stop aborted when the user interrupts the run, which also cancels an ongoing publish.
 */
export function openPublisher(
  { aws, report }: { readonly aws: AwsSettings; readonly report: Pick<ReportSettings, 'notify'> },
  stop: AbortSignal,
): Publish | undefined {
  const { notify: topic } = report;
  if (topic === undefined) return undefined;
  return async (notification) => {
    const { makeSnsClient, createSnsPublisher, topicRegion } = await import('./sns.ts');
    const client = makeSnsClient(aws, topicRegion(topic));
    try {
      await createSnsPublisher({ client, topic, stop })(notification);
    } finally {
      client.destroy();
    }
  };
}

/**
 * Publishes a summary without lines for people to the topic of the settings. Does nothing if no topic is set.
 * @param stop see `openPublisher`. Default: never aborted.
 * @throws LoaderError see `createSnsPublisher`
 */
export async function publish(
  settings: Pick<Settings, 'aws' | 'report'>,
  summary: Summary,
  stop: AbortSignal = new AbortController().signal,
): Promise<void> {
  await openPublisher(settings, stop)?.(createNotification(summary, []));
}
