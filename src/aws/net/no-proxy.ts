import { BlockList, isIP } from 'node:net';

/**
 * Whether NO_PROXY exempts a host. Its entries stand between commas and blanks: a host is matched with all below it,
 * with or without a dot or `*.` before it; an address by itself or by its network (`10.0.0.0/8`); `*` is every
 * host. An entry with a port exempts that port only. As curl has it (which knows no ports), letter case apart.
 * @param hostname As a URL has it: an IPv6 address stands in brackets.
 */
export function isExempt(hostname: string, port: number, noProxy: string): boolean {
  const host = plainHost(hostname);
  return noProxy.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry, host, port));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  // An IPv6 address has colons of its own: its port can only follow brackets.
  const withPort = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry);
  if (withPort !== null && Number(withPort[2]) !== port) return false;
  const name = plainHost((withPort?.[1] ?? entry).replace(/^\*?\./, ''));
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

/** In lower case, without the brackets of an IPv6 address and the dot of an absolute name. */
function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}
