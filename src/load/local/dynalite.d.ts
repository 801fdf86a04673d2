/** dynalite brings no types of its own; this is the part of it that is used here. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteOptions {
    /** Folder of its LevelDB. */
    readonly path: string;
    /** Milliseconds that a table stays in CREATING, DELETING or UPDATING. */
    readonly createTableMs: number;
    readonly deleteTableMs: number;
    readonly updateTableMs: number;
  }

  function dynalite(options: DynaliteOptions): Server;
  export = dynalite;
}
