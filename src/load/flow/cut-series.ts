import { shareOf, type Epoch } from './epoch.ts';

/**
 * A series of cuts with hardly a clean epoch in between. Where the rate has fallen far and as much is turned away as before,
 * that has nothing to do with the rate.
 */
export interface Series extends Pick<Epoch, 'answers' | 'units' | 'turnedAwayUnits'> {
  /** The rate before the first cut. */
  readonly fromPerSecond: number;
  readonly cleanEpochs: number;
}

/** It ends with more clean epochs than these. */
const mostCleanEpochs = 3;
/** It shows that cuts are futile with so many answers, when the rate has fallen so far. */
const leastAnswers = 24;
const farFallen = 0.7;
/** What turns more away always has to do with the rate. */
const mostShare = 0.15;

/** The series with another epoch; a new one where there is none. @param perSecond the rate in that epoch. */
export function afterCut(series: Series | undefined, epoch: Epoch, perSecond: number): Series {
  if (series === undefined) {
    return { fromPerSecond: perSecond, cleanEpochs: 0, answers: 0, units: 0, turnedAwayUnits: 0 };
  }
  return { ...lengthen(series, epoch), cleanEpochs: 0 };
}

/** The series after an epoch in which no more was turned away than is tolerated; undefined: it has ended. */
export function afterClean(series: Series | undefined, epoch: Epoch): Series | undefined {
  if (series === undefined || series.cleanEpochs >= mostCleanEpochs) return undefined;
  return { ...lengthen(series, epoch), cleanEpochs: series.cleanEpochs + 1 };
}

/** @param perSecond what the rate would be after the next cut. */
export function isFutile(series: Series, perSecond: number): boolean {
  const hasFallen = perSecond < farFallen * series.fromPerSecond;
  return hasFallen && series.answers >= leastAnswers && shareOf(series) < mostShare;
}

function lengthen(series: Series, { answers, units, turnedAwayUnits }: Epoch): Series {
  return {
    ...series,
    answers: series.answers + answers,
    units: series.units + units,
    turnedAwayUnits: series.turnedAwayUnits + turnedAwayUnits,
  };
}
