import { expect, it } from 'vitest';
import { add, newEpoch, type Epoch } from '../../../../src/load/flow/epoch.ts';
import { afterClean, afterCut, isFutile, type Series } from '../../../../src/load/flow/cut-series.ts';

/** An epoch of ten answers of 25 units. */
function epochWith(turnedAwayUnits: number): Epoch {
  let epoch = newEpoch(0);
  for (let n = 0; n < 9; n++) epoch = add(epoch, 25, 0);
  return add(epoch, 25, turnedAwayUnits);
}

/** A series that begins at 1,000 units a second, with an epoch after each further cut. */
function seriesOf(...turnedAway: number[]): Series {
  return turnedAway.reduce(
    (series, units) => afterCut(series, epochWith(units), 0),
    afterCut(undefined, epochWith(9), 1_000),
  );
}

it.each([
  ['as much is turned away as before, at far lower a rate', seriesOf(15, 15, 15), 600, true],
  ['the rate has not fallen far yet', seriesOf(15, 15, 15), 800, false],
  ['there are few answers yet', seriesOf(15, 15), 600, false],
  ['so much is turned away that the table is the reason', seriesOf(25, 25, 25, 250, 250), 600, false],
])('cuts are futile or not: %s', (_, series, perSecond, expected) => {
  expect(isFutile(series, perSecond)).toBe(expected);
});

it('a series ends with the fourth clean epoch in a row', () => {
  let series: Series | undefined = seriesOf(15, 15);
  for (let n = 0; n < 3; n++) series = afterClean(series, epochWith(0));
  expect(series).toMatchObject({ fromPerSecond: 1_000, answers: 50, units: 1_250, turnedAwayUnits: 30 });
  expect(afterClean(series, epochWith(0))).toBeUndefined();
});
