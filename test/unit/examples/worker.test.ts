import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readRawOptions } from '../../../src/options/raw-options.ts';
import { parseOptions } from '../../../src/options/parse.ts';
import { resolveWorker, type PartialWorkerSettings } from '../../../src/options/resolve-worker.ts';
import { optionsOf } from '../../../src/options/table.ts';

const read = (name: string): string =>
  readFileSync(new URL(`../../../examples/worker/${name}`, import.meta.url), 'utf8');

/** What `csv2ddb worker` makes of an environment. */
function settingsFrom(env: Readonly<Record<string, string>>): PartialWorkerSettings {
  const known = optionsOf('worker').map(([, option]) => option.env);
  expect(Object.keys(env).filter((name) => name.startsWith('CSV2DDB_') && !known.includes(name))).toEqual([]);
  const given = readRawOptions('worker', () => ({ value: undefined, source: undefined }), env);
  return resolveWorker(parseOptions(given), env);
}

const expected = {
  table: 'people',
  bucket: 'example-imports',
  bucketOwner: '123456789012',
  queueUrl: 'https://sqs.eu-west-1.amazonaws.com/123456789012/example-imports',
  tasks: 2,
};

describe('the example of a worker', () => {
  it('on EC2 has an environment that it understands', () => {
    const lines = read('csv2ddb-worker.env')
      .split('\n')
      .filter((line) => /^\w+=/.test(line));
    const env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]));
    expect(settingsFrom(env)).toMatchObject({ ...expected, notify: 'arn:aws:sns:eu-west-1:123456789012:loads' });
    expect(read('csv2ddb-worker.service')).toMatch(/^ExecStart=\/usr\/bin\/env csv2ddb worker --json$/m);
  });

  it('on ECS has an environment that it understands, and time to stop', () => {
    const { containerDefinitions } = JSON.parse(read('task-definition.json')) as {
      containerDefinitions: {
        command: string[];
        stopTimeout: number;
        environment: { name: string; value: string }[];
      }[];
    };
    const [container] = containerDefinitions;
    expect(
      settingsFrom(Object.fromEntries(container?.environment.map(({ name, value }) => [name, value]) ?? [])),
    ).toMatchObject(expected);
    expect(container?.stopTimeout).toBeGreaterThanOrEqual(30);
    expect(container?.command).toEqual(['csv2ddb', 'worker', '--json']);
    expect(read('Dockerfile')).toContain('CMD ["csv2ddb", "worker", "--json"]');
  });
});
