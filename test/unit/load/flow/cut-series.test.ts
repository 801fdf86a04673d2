import { expect, it } from 'vitest';
import { addResponse, newEpoch, type Epoch } from '../../../../src/load/flow/epoch.ts';
import { addCleanEpoch, addCut, isFutile, startSeries, type CutSeries } from '../../../../src/load/flow/cut-series.ts';

/** An epoch of responses with 25 units each. */
function epochWith(throttledShare: number, responses = 16): Epoch {
  let epoch = newEpoch(0);
  for (let n = 0; n < responses; n++) epoch = addResponse(epoch, 25, 25 * throttledShare);
  return epoch;
}

/** A series that starts at 1,000 units per second, of which half are throttled, with one epoch per further cut. */
function seriesOf(...epochs: Epoch[]): CutSeries {
  return epochs.reduce(addCut, startSeries(undefined, epochWith(0.5), 1_000));
}

const half = epochWith(0.5);

it.each([
  ['the share is the same far below the accepted rate', seriesOf(half, half), half, 300, true],
  ['the share is high and the same', seriesOf(epochWith(0.95), epochWith(0.95)), epochWith(0.93), 300, true],
  ['the share is low and about the same', seriesOf(epochWith(0.05), epochWith(0.03)), epochWith(0.04), 300, true],
  ['the rate has not dropped far below the accepted rate', seriesOf(half, half), half, 400, false],
  ['there are too few responses', seriesOf(epochWith(0.5, 8), epochWith(0.5, 8)), epochWith(0.5, 7), 300, false],
  ['there are too few cuts', seriesOf(epochWith(0.5, 30)), half, 300, false],
  ['the share has dropped', seriesOf(half, half), epochWith(0.25), 300, false],
  ['the share has grown, because capacity has dropped', seriesOf(half, half), epochWith(0.8), 300, false],
  [
    'the share grew while burst capacity ran out, and then dropped to the average of the series',
    seriesOf(epochWith(0.25, 100), epochWith(0.7, 30)),
    epochWith(0.35),
    300,
    false,
  ],
])('isFutile compares the throttled share at lower rates: %s', (_, series, epoch, perSecond, expected) => {
  expect(isFutile(series, epoch, perSecond)).toBe(expected);
});

it('a series of cuts ends with the fourth clean epoch in a row', () => {
  let series: CutSeries | undefined = seriesOf(epochWith(0.04), epochWith(0.04));
  for (let n = 0; n < 3; n++) series = addCleanEpoch(series, epochWith(0));
  expect(series).toMatchObject({ acceptedPerSecond: 500, cuts: 2, responses: 80, units: 2_000, throttledUnits: 32 });
  expect(addCleanEpoch(series, epochWith(0))).toBeUndefined();
});
