import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { cachePath } from '../places.mjs';

/** Days. A certificate is replaced after half of them. */
const validDays = 30;

/**
 * A certificate for 127.0.0.1 and localhost that signs itself, made by openssl and kept in the cache folder.
 * @returns {{ certificate: string, key: string } | undefined} the files; undefined where there is no openssl
 */
export function certificate() {
  const files = { certificate: cachePath('endpoint.crt'), key: cachePath('endpoint.key') };
  const youngest = Date.now() - (validDays / 2) * 86_400_000;
  if (existsSync(files.certificate) && statSync(files.certificate).mtimeMs > youngest) return files;
  mkdirSync(dirname(files.key), { recursive: true });
  const { status } = spawnSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', String(validDays), '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', files.key, '-out', files.certificate],
    ],
    { stdio: 'ignore' },
  );
  return status === 0 ? files : undefined;
}
