import { formatBashScript } from '../completion/bash.ts';
import { formatFishScript } from '../completion/fish.ts';
import { completionModel, type CompletionModel } from '../completion/model.ts';
import { formatZshScript } from '../completion/zsh.ts';
import { exitStatus, LoaderError, type ExitStatus } from '../../errors.ts';
import { shells, type Shell } from '../../options/commands.ts';
import type { RawOptions } from '../../options/raw-options.ts';
import { didYouMean } from '../../options/suggest.ts';
import { writeOut } from '../../report/output.ts';
import type { Io } from '../io.ts';

const scripts: Readonly<Record<Shell, (model: CompletionModel) => string>> = {
  bash: formatBashScript,
  zsh: formatZshScript,
  fish: formatFishScript,
};

/**
 * `csv2ddb completion`: prints a self-contained script, generated from the table of options.
 * @throws LoaderError USAGE
 */
export async function completion([name = '']: readonly string[], _: RawOptions, io: Io): Promise<ExitStatus> {
  const shell = shells.find((one) => one === name);
  if (shell === undefined) {
    throw new LoaderError('USAGE', `unknown shell '${name}'${didYouMean(name, shells)}`, {
      hint: `Use one of ${shells.join(', ')}.`,
    });
  }
  await writeOut(io.stdout, scripts[shell](completionModel()));
  return exitStatus.done;
}
