import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Runs a function with only these AWS_* variables, a new home folder and these profile files, then restores the
 * environment. Instance metadata is disabled.
 */
export async function withAws<T>(
  variables: Readonly<Record<string, string>>,
  files: { config?: string; credentials?: string },
  run: () => Promise<T>,
): Promise<T> {
  const before = { ...process.env };
  const home = mkdtempSync(path.join(tmpdir(), 'csv2ddb-test-aws-'));
  const setting = (name: string, content: string): string => {
    const file = path.join(home, name);
    writeFileSync(file, content);
    return file;
  };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, {
    HOME: home,
    USERPROFILE: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: setting('config', files.config ?? ''),
    AWS_SHARED_CREDENTIALS_FILE: setting('credentials', files.credentials ?? ''),
    ...variables,
  });
  try {
    return await run();
  } finally {
    for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, before);
    rmSync(home, { recursive: true, force: true });
  }
}
