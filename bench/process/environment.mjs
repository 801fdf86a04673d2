/** An address without a listener: a peer that contacts anything but the null endpoint fails at once. */
export const nowhere = 'http://127.0.0.1:9';

/**
 * The environment of a measured process: dummy credentials, the null endpoint, nothing of the machine's own AWS set-up,
 * and no proxy that leads out of the machine.
 * @param {string} home an empty folder
 * @param {{ url: string, authority: string | undefined }} [endpoint]
 * @returns {Record<string, string>}
 */
export function environment(home, endpoint) {
  const kept = ['PATH', 'Path', 'SystemRoot', 'TEMP', 'TMP', 'TMPDIR'];
  const trust = endpoint?.authority;
  return {
    ...Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    HOME: home,
    USERPROFILE: home,
    AWS_ACCESS_KEY_ID: 'csv2ddbbench',
    AWS_SECRET_ACCESS_KEY: 'csv2ddbbench',
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(endpoint === undefined ? {} : { AWS_ENDPOINT_URL_DYNAMODB: endpoint.url }),
    ...(trust === undefined ? {} : { AWS_CA_BUNDLE: trust, NODE_EXTRA_CA_CERTS: trust }),
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: '127.0.0.1,localhost',
  };
}
