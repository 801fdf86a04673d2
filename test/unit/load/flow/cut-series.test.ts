import { expect, it } from 'vitest';
import { addResponse, newEpoch, type Epoch } from '../../../../src/load/flow/epoch.ts';
import { addCleanEpoch, addCut, isFutile, type CutSeries } from '../../../../src/load/flow/cut-series.ts';

/** An epoch of ten responses with 25 units each. */
function epochWith(throttledUnits: number): Epoch {
  let epoch = newEpoch(0);
  for (let n = 0; n < 9; n++) epoch = addResponse(epoch, 25, 0);
  return addResponse(epoch, 25, throttledUnits);
}

/** A series that starts at 1,000 units per second, with one epoch per further cut. */
function seriesOf(...throttled: number[]): CutSeries {
  return throttled.reduce(
    (series, units) => addCut(series, epochWith(units), 0),
    addCut(undefined, epochWith(9), 1_000),
  );
}

it.each([
  ['the throttled share is the same at a much lower rate', seriesOf(15, 15, 15), 600, true],
  ['the rate has not dropped far enough', seriesOf(15, 15, 15), 800, false],
  ['there are too few responses', seriesOf(15, 15), 600, false],
  ['the throttled share is too high to be independent of the rate', seriesOf(25, 25, 25, 250, 250), 600, false],
])('isFutile detects futile cuts: %s', (_, series, perSecond, expected) => {
  expect(isFutile(series, perSecond)).toBe(expected);
});

it('a series of cuts ends with the fourth clean epoch in a row', () => {
  let series: CutSeries | undefined = seriesOf(15, 15);
  for (let n = 0; n < 3; n++) series = addCleanEpoch(series, epochWith(0));
  expect(series).toMatchObject({ fromPerSecond: 1_000, responses: 50, units: 1_250, throttledUnits: 30 });
  expect(addCleanEpoch(series, epochWith(0))).toBeUndefined();
});
