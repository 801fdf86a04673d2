/** Why a file is no config file. */
export class ConfigProblem extends Error {
  /** From 1; undefined where it is the file as a whole. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}
