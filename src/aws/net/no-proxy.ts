import { BlockList, isIP } from 'node:net';

/**
 * Whether NO_PROXY exempts a host from proxies, by the rules of curl plus ports. Entries are separated by commas or white
 * space and ignore case. A host name, with or without a leading `.` or `*.`, matches the host and its subdomains. An IP
 * address or a network (`10.0.0.0/8`) matches addresses, and `*` matches every host. An entry with a port matches only that
 * port.
 * @param hostname Host name of a URL: an IPv6 address is in brackets.
 */
export function isExempt(hostname: string, port: number, noProxy: string): boolean {
  const host = normalizeHost(hostname);
  return noProxy.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  // An IPv6 address contains colons, so its port can only follow brackets.
  const withPort = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry);
  if (withPort !== null && Number(withPort[2]) !== port) return false;
  const name = normalizeHost((withPort?.[1] ?? entry).replace(/^\*?\./, ''));
  const version = isIP(host);
  if (version === 0) return name !== '' && (host === name || host.endsWith(`.${name}`));
  return isInNetwork(name, host, version === 6 ? 'ipv6' : 'ipv4');
}

function isInNetwork(network: string, address: string, family: 'ipv4' | 'ipv6'): boolean {
  const [base = '', bits = family === 'ipv6' ? '128' : '32'] = network.split('/');
  const list = new BlockList();
  try {
    list.addSubnet(base, /^\d+$/.test(bits) ? Number(bits) : NaN, family);
  } catch {
    return false;
  }
  return list.check(address, family);
}

/** Converts to lower case, and removes the brackets of an IPv6 address and the final dot of an absolute name. */
function normalizeHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
