import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { openPublisher, publish } from '../../../../src/report/notify/publish.ts';
import type { ReportSettings } from '../../../../src/load/settings.ts';
import { summary } from '../summaries.ts';

const report: ReportSettings = {
  rejects: undefined,
  checkpoint: undefined,
  onUnfinished: 'refuse',
  summary: undefined,
  notify: undefined,
  reportEveryMs: 10_000,
  json: false,
  quiet: false,
  verbose: false,
  color: false,
};

afterEach(() => {
  vi.unstubAllEnvs();
});

it('nothing is published if no topic is set', async () => {
  const settings = { aws: { region: undefined, profile: undefined, endpointUrl: 'http://127.0.0.1:9' }, report };
  expect(openPublisher(settings, new AbortController().signal)).toBeUndefined();
  await publish(settings, summary());
});

it('the summary is published in the region of the topic', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'key');
  const got: { authorization: string | undefined; form: URLSearchParams }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      got.push({ authorization: request.headers.authorization, form: new URLSearchParams(text) });
      response.end('<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const notify = 'arn:aws:sns:ap-southeast-2:123456789012:loads';
  await publish(
    { aws: { region: 'us-east-1', profile: undefined, endpointUrl }, report: { ...report, notify } },
    summary(),
  );
  expect(got).toHaveLength(1);
  expect(got[0]?.authorization).toContain('/ap-southeast-2/sns/');
  expect(got[0]?.form.get('TopicArn')).toBe(notify);
  expect(got[0]?.form.get('Message')).toBe(JSON.stringify(summary()));
  server.close();
});
