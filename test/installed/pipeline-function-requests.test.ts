import { describe, expect } from 'vitest';
import { withMinistack } from '../helpers/emulators/with-ministack.ts';
import { addLoader, waitUntilEnded } from '../helpers/pipeline/loader-function.ts';
import { nothingPending } from '../helpers/pipeline/read-state.ts';
import { makePipeline } from '../helpers/pipeline/pipeline.ts';
import { type SeenCall, startRecordingProxy } from '../helpers/proxy/recording-proxy.ts';

/** Names of the objects of a small job, by the pattern of their keys. */
const names: readonly (readonly [key: RegExp, name: string])[] = [
  [/^state\/heads\//, 'latest version'],
  [/^state\/open\//, 'open mark'],
  [/^state\/settings\//, 'settings'],
  [/^state\/jobs\/[^/]+\/job$/, 'job'],
  [/^state\/jobs\/[^/]+\/tasks\//, 'task'],
  [/^state\/jobs\/[^/]+\/summary-/, 'summary'],
  [/^import\//, 'object'],
];

/** Describes a request to S3, such as `GET job` or `GET settings: 404`. */
function describeRequest({ operation, url, status }: SeenCall): string {
  const [, key = ''] = /^\/[^/]+\/([^?]*)/.exec(url) ?? [];
  const name = names.find(([pattern]) => pattern.test(key))?.[1] ?? url;
  const method = operation.replace('Object', '').toUpperCase();
  return `${method} ${name}${status === 404 ? ': 404' : ''}`;
}

describe('the function behind the queue', () => {
  const { test } = withMinistack();

  test('loads a small file with 13 GET and HEAD and 9 PUT requests to S3', 90_000, async (aws, atEnd) => {
    const pipeline = await makePipeline(aws, { visibilityS: 90 });
    const proxy = await startRecordingProxy(aws.endpoint);
    atEnd(() => proxy.stop());
    await addLoader(pipeline, { timeoutS: 60, env: { AWS_ENDPOINT_URL: proxy.endpoint } });
    await pipeline.putObject('import/small.csv', 'id,n\na,1\nb,2\n');

    const { summaries, pending } = await waitUntilEnded(pipeline, 1, 60_000);
    expect(summaries).toMatchObject([{ state: 'done', written: 2 }]);
    expect(pending).toEqual(nothingPending);
    const requests = proxy.seen.filter(({ service }) => service === 's3').map(describeRequest);
    expect(requests).toEqual([
      // The event: the latest version of the key.
      ...['GET latest version: 404', 'HEAD object', 'PUT open mark', 'PUT latest version'],
      // The job with its settings, then its task.
      ...['GET job: 404', 'HEAD object', 'GET settings: 404', 'PUT job', 'GET task: 404', 'PUT task'],
      // The lease, and its confirmation.
      ...['PUT task', 'GET latest version', 'GET job'],
      // The compression, then the records.
      ...['GET object', 'GET object'],
      // The release and the report.
      ...['PUT task', 'PUT job'],
      // The end, and a newer version that may wait for it.
      ...['PUT summary', 'GET latest version', 'HEAD object', 'PUT job'],
      // The next run may have started meanwhile.
      ...['DELETE open mark', 'GET job'],
    ]);
    expect(requests.filter((request) => /^(GET|HEAD) /.test(request))).toHaveLength(13);
    expect(requests.filter((request) => request.startsWith('PUT '))).toHaveLength(9);
  });
});
