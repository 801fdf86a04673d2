import type { PipelineNames, Place } from '../names.ts';

/** Where the parts of a pipeline are to be found. */
export interface Whereabouts {
  readonly place: Place;
  readonly names: PipelineNames;
  readonly bucket: string;
  readonly table: string;
}
