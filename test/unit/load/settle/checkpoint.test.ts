import { expect, it } from 'vitest';
import { assertSameJob, identifyJob, type JobIdentity } from '../../../../src/load/settle/checkpoint.ts';
import { parseOptions } from '../../../../src/options/parse.ts';
import { resolveDirect } from '../../../../src/options/resolve.ts';
import { makeRawOptions, processContext, type Texts } from '../../options/given.ts';

function identityWith(options: Texts): JobIdentity {
  const parsed = parseOptions(makeRawOptions({ table: 'people', ...options }), ['people.csv']);
  return identifyJob(resolveDirect(parsed, processContext), [{ name: 'people.csv' }]);
}

it.each<Texts>([
  { escape: '\\' },
  { comment: '#' },
  { trim: 'true' },
  { multiline: 'no' },
  { strayQuotes: 'text' },
  { unescape: 'mysql' },
])('a checkpoint of another dialect is refused: %j', (options) => {
  const resume = (): void => {
    assertSameJob('checkpoint people.checkpoint', identityWith({}), identityWith(options));
  };
  expect(resume).toThrow(/this run changed a read option \(.*--multiline, --stray-quotes, --unescape/);
});

it('a checkpoint of the same dialect is accepted', () => {
  const options = { unescape: 'postgres', multiline: 'no', quote: 'none' };
  expect(() => {
    assertSameJob('checkpoint people.checkpoint', identityWith(options), identityWith(options));
  }).not.toThrow();
});
