/** The reason why a config file is invalid. */
export class ConfigProblem extends Error {
  /** From 1; undefined if the problem is not on one line. */
  readonly line: number | undefined;

  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}
