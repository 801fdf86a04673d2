import { expect, it } from 'vitest';
import { addResponse, newEpoch, type Epoch } from '../../../../src/load/flow/epoch.ts';
import { addCleanEpoch, addCut, isFutile, startSeries, type CutSeries } from '../../../../src/load/flow/cut-series.ts';

/** An epoch of 25-unit responses. */
function epochWith(throttledUnits: number, responses = 16): Epoch {
  let epoch = newEpoch(0);
  for (let n = 1; n < responses; n++) epoch = addResponse(epoch, 25, 0);
  return addResponse(epoch, 25, throttledUnits);
}

/** A series that starts at 1,000 units per second, of which half are throttled, with one epoch per further cut. */
function seriesOf(...throttled: number[]): CutSeries {
  return throttled.reduce(
    (series, units) => addCut(series, epochWith(units)),
    startSeries(undefined, epochWith(200), 1_000),
  );
}

it.each([
  ['the share is the same far below the accepted rate', seriesOf(200), epochWith(200), 300, true],
  ['the share is high and the same', seriesOf(380), epochWith(370), 300, true],
  ['the share is low and about the same', seriesOf(20, 12), epochWith(16), 300, true],
  ['the rate has not dropped far below the accepted rate', seriesOf(200), epochWith(200), 400, false],
  ['there are too few responses', seriesOf(200), epochWith(100, 7), 300, false],
  ['there was only one cut', seriesOf(), epochWith(200, 30), 300, false],
  ['the share has dropped', seriesOf(200), epochWith(100), 300, false],
  ['the share has grown, because capacity has dropped', seriesOf(200), epochWith(320), 300, false],
])('isFutile compares the throttled share at lower rates: %s', (_, series, epoch, perSecond, expected) => {
  expect(isFutile(series, epoch, perSecond)).toBe(expected);
});

it('a series of cuts ends with the fourth clean epoch in a row', () => {
  let series: CutSeries | undefined = seriesOf(15, 15);
  for (let n = 0; n < 3; n++) series = addCleanEpoch(series, epochWith(0));
  expect(series).toMatchObject({ acceptedPerSecond: 500, responses: 80, units: 2_000, throttledUnits: 30 });
  expect(addCleanEpoch(series, epochWith(0))).toBeUndefined();
});
