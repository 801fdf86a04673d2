/** dynalite has no types of its own. Declares only the part that csv2ddb uses. */
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
