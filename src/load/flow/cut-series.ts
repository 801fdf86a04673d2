import { throttledShareOf, type Epoch } from './epoch.ts';

/**
 * A series of cuts with hardly a clean epoch in between. If the rate has dropped a lot and the throttled share has not
 * changed, throttling does not depend on the rate.
 */
export interface CutSeries extends Pick<Epoch, 'responses' | 'units' | 'throttledUnits'> {
  /** Rate before the first cut. */
  readonly fromPerSecond: number;
  readonly cleanEpochs: number;
}

/** A series ends after more clean epochs than this. */
const maxCleanEpochs = 3;
/** Cuts are futile after this many responses, if the rate has dropped to this share. */
const minResponses = 24;
const fallenShare = 0.7;
/** A higher throttled share always depends on the rate. */
const maxThrottledShare = 0.15;

/** Adds an epoch to the series, or starts a new one. @param perSecond rate in that epoch. */
export function addCut(series: CutSeries | undefined, epoch: Epoch, perSecond: number): CutSeries {
  if (series === undefined) {
    return { fromPerSecond: perSecond, cleanEpochs: 0, responses: 0, units: 0, throttledUnits: 0 };
  }
  return { ...extend(series, epoch), cleanEpochs: 0 };
}

/** Adds an epoch whose throttled share is tolerated. @returns undefined if the series has ended. */
export function addCleanEpoch(series: CutSeries | undefined, epoch: Epoch): CutSeries | undefined {
  if (series === undefined || series.cleanEpochs >= maxCleanEpochs) return undefined;
  return { ...extend(series, epoch), cleanEpochs: series.cleanEpochs + 1 };
}

/** @param perSecond rate after the next cut. */
export function isFutile(series: CutSeries, perSecond: number): boolean {
  const hasFallen = perSecond < fallenShare * series.fromPerSecond;
  return hasFallen && series.responses >= minResponses && throttledShareOf(series) < maxThrottledShare;
}

function extend(series: CutSeries, { responses, units, throttledUnits }: Epoch): CutSeries {
  return {
    ...series,
    responses: series.responses + responses,
    units: series.units + units,
    throttledUnits: series.throttledUnits + throttledUnits,
  };
}
