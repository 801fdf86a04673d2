/**
 * The cap since the last cut, as a value. Units are write units by item size.
 *
 * - Cut: the cap drops slightly below the rate that was written.
 * - Plateau: the cap grows back to that rate slowly (as in CUBIC, RFC 9438). The longer the rate has been right, the
 *   longer the plateau.
 * - Beyond: the cap grows faster and faster, so that new capacity is found within seconds.
 */
export interface CapCurve {
  /** Rate that the table accepted when it last throttled items. */
  readonly writtenPerSecond: number;
  readonly cutMs: number;
  /** Since when the rate has been close to `unitsPerSecond`. */
  readonly stable: { readonly sinceMs: number; readonly unitsPerSecond: number };
  /** Written since the cut. */
  readonly writtenUnits: number;
}

/** Cap after a cut, as a share of the written rate. */
const cutShare = 0.95;
/** Two batches per second probe even a table that accepts nothing. */
const minPerSecond = 50;

/** How long the cap stays below the written rate. */
const plateau = {
  /** As a share of the time that the rate has been stable, with bounds in seconds. */
  share: 0.3,
  minSeconds: 0.4,
  maxSeconds: 15,
  /** Rates within this factor of each other count as the same. */
  factor: 1.25,
} as const;

/** How fast the cap grows beyond the plateau, as a logarithm. */
const growth = {
  /** Grows with the cube of the seconds, and linearly after the first second. */
  perCube: 0.5,
  /** Far beyond the capacity of any table: keeps the exponential finite. */
  max: 20,
} as const;

/** Returns the curve after a cut. @param perSecond written rate. */
export function cutTo(before: CapCurve | undefined, perSecond: number, nowMs: number): CapCurve {
  const writtenPerSecond = Math.max(minPerSecond, perSecond);
  const ratio = before === undefined ? 0 : writtenPerSecond / before.stable.unitsPerSecond;
  const isStable = ratio < plateau.factor && ratio > 1 / plateau.factor;
  const stable =
    isStable && before !== undefined ? before.stable : { sinceMs: nowMs, unitsPerSecond: writtenPerSecond };
  return { writtenPerSecond, cutMs: nowMs, stable, writtenUnits: 0 };
}

/** Units per second that may be sent. */
export function unitsPerSecondAt(curve: CapCurve, nowMs: number): number {
  const { writtenPerSecond } = curve;
  const beyond = secondsBeyond(curve, nowMs);
  if (beyond <= 0) return writtenPerSecond * (1 - (1 - cutShare) * (-beyond / plateauSeconds(curve)) ** 3);
  const grown = growth.perCube * (beyond <= 1 ? beyond ** 3 : 3 * beyond - 2);
  return writtenPerSecond * Math.exp(Math.min(grown, growth.max));
}

/** Whether the cap has grown beyond the plateau. */
export function isBeyondPlateau(curve: CapCurve, nowMs: number): boolean {
  return secondsBeyond(curve, nowMs) > 0;
}

/** Seconds since the end of the plateau; negative during the plateau. */
function secondsBeyond(curve: CapCurve, nowMs: number): number {
  return (nowMs - curve.cutMs) / 1000 - plateauSeconds(curve);
}

/** Length of the plateau in seconds. */
function plateauSeconds({ cutMs, stable }: CapCurve): number {
  const seconds = ((cutMs - stable.sinceMs) / 1000) * plateau.share;
  return Math.min(plateau.maxSeconds, Math.max(plateau.minSeconds, seconds));
}
