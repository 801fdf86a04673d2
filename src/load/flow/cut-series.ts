import type { CapCurve } from './cap-curve.ts';
import { oddsOf, throttledShareOf, type Epoch } from './epoch.ts';

/**
 * A series of cuts with hardly a clean epoch in between. If the rate has dropped well below the rate that the table
 * accepted before the first cut, and the throttled share has not changed, throttling does not depend on the rate.
 */
export interface CutSeries extends Pick<Epoch, 'responses' | 'units' | 'throttledUnits'> {
  /** The cap before the first cut; undefined: none. The other counts begin after that cut. */
  readonly before: CapCurve | undefined;
  /** Rate that the table accepted before the first cut. */
  readonly acceptedPerSecond: number;
  readonly cuts: number;
  readonly cleanEpochs: number;
}

/** A series ends after more clean epochs than this. */
const maxCleanEpochs = 3;
/** Cuts are futile after this many, and this many responses, if the rate has dropped to this share of the accepted rate. */
const minCuts = 2;
const minResponses = 24;
const fallenShare = 0.75;
/** The throttled share is the same if its odds differ by less than this factor. */
const sameOdds = 2.5;

const noCounts = { cuts: 0, responses: 0, units: 0, throttledUnits: 0 };

/** @param before the cap before the first cut. @param perSecond rate in the epoch before the first cut. */
export function startSeries(before: CapCurve | undefined, epoch: Epoch, perSecond: number): CutSeries {
  const acceptedPerSecond = perSecond * (1 - throttledShareOf(epoch));
  return { before, acceptedPerSecond, cleanEpochs: 0, ...noCounts };
}

/**
 * Adds an epoch that calls for a cut. If its throttled share is different, the counts begin with it: a share that rises
 * while burst capacity runs out and then drops with the rate would be the same on average.
 */
export function addCut(series: CutSeries, epoch: Epoch): CutSeries {
  const hasChanged = epoch.responses >= minResponses && !isSameShare(series, epoch);
  const { cuts, ...counts } = extend(hasChanged ? { ...series, ...noCounts } : series, epoch);
  return { ...counts, cuts: cuts + 1, cleanEpochs: 0 };
}

/** Adds an epoch whose throttled share is tolerated. @returns undefined if the series has ended. */
export function addCleanEpoch(series: CutSeries | undefined, epoch: Epoch): CutSeries | undefined {
  if (series === undefined || series.cleanEpochs >= maxCleanEpochs) return undefined;
  return { ...extend(series, epoch), cleanEpochs: series.cleanEpochs + 1 };
}

/**
 * Whether a further cut is futile, because the cuts have not changed the throttled share.
 * @param epoch the epoch that calls for it. @param perSecond rate in that epoch.
 */
export function isFutile(series: CutSeries, epoch: Epoch, perSecond: number): boolean {
  const hasFallen = perSecond < fallenShare * series.acceptedPerSecond;
  const isEnough = series.cuts >= minCuts && series.responses + epoch.responses >= minResponses;
  return hasFallen && isEnough && isSameShare(series, epoch);
}

function isSameShare(series: CutSeries, epoch: Epoch): boolean {
  const factor = oddsOf(throttledShareOf(epoch)) / oddsOf(throttledShareOf(series));
  return factor < sameOdds && factor > 1 / sameOdds;
}

function extend(series: CutSeries, { responses, units, throttledUnits }: Epoch): CutSeries {
  return {
    ...series,
    responses: series.responses + responses,
    units: series.units + units,
    throttledUnits: series.throttledUnits + throttledUnits,
  };
}
