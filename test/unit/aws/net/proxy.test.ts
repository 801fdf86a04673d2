import { describe, expect, it } from 'vitest';
import { findProxy } from '../../../../src/aws/net/proxy.ts';
import { catchLoaderError } from './catch-loader-error.ts';

const aws = 'https://dynamodb.us-east-1.amazonaws.com/';

describe('the proxy for a URL', () => {
  it.each<[string, string, Record<string, string>, string | undefined]>([
    ['none if no variable is set', aws, {}, undefined],
    ['none if all are empty', aws, { https_proxy: '', HTTPS_PROXY: '', ALL_PROXY: ' ' }, undefined],
    ['https_proxy for https', aws, { https_proxy: 'http://p:1', http_proxy: 'http://p:2' }, 'p:1'],
    ['http_proxy for http', 'http://h/', { https_proxy: 'http://p:1', http_proxy: 'http://p:2' }, 'p:2'],
    ['not http_proxy for https', aws, { http_proxy: 'http://p:2' }, undefined],
    ['not https_proxy for http', 'http://h/', { https_proxy: 'http://p:1' }, undefined],
    ['upper case', aws, { HTTPS_PROXY: 'http://p:1' }, 'p:1'],
    ['lower case before upper', aws, { HTTPS_PROXY: 'http://p:1', https_proxy: 'http://p:2' }, 'p:2'],
    ['upper case if lower case is empty', aws, { HTTPS_PROXY: 'http://p:1', https_proxy: '' }, 'p:1'],
    ['all_proxy if there is none for the scheme', aws, { all_proxy: 'http://p:3', http_proxy: 'http://p:2' }, 'p:3'],
    ['ALL_PROXY', 'http://h/', { ALL_PROXY: 'http://p:3' }, 'p:3'],
    ['that of the scheme before all_proxy', aws, { all_proxy: 'http://p:3', HTTPS_PROXY: 'http://p:1' }, 'p:1'],
    ['a proxy without a scheme', aws, { https_proxy: 'p:1' }, 'p:1'],
    ['a proxy without a port', aws, { https_proxy: 'http://p' }, 'p:80'],
    ['a TLS proxy without a port', aws, { https_proxy: 'https://p/' }, 'p:443'],
    ['a proxy with an IPv6 address', aws, { https_proxy: 'http://[::1]:3128/' }, '[::1]:3128'],
    ['a proxy with white space around it', aws, { https_proxy: ' http://p:1\n' }, 'p:1'],
    ['used for this machine too', 'http://127.0.0.1:8000/', { http_proxy: 'http://p:1' }, 'p:1'],
    ['none for instance metadata', 'http://169.254.169.254/latest', { http_proxy: 'http://p:1' }, undefined],
    ['none for instance metadata over IPv6', 'http://[fd00:ec2::254]/latest', { http_proxy: 'http://p:1' }, undefined],
    ["none for a container's credentials", 'http://169.254.170.2/v2', { ALL_PROXY: 'http://p:1' }, undefined],
  ])('is %s', (_, url, env, place) => {
    expect(findProxy(new URL(url), env)?.hostAndPort).toBe(place);
  });

  // The rules of curl 7.88, except for the cases marked below: curl supports no ports, no *. and no * among other entries.
  it.each<[string, string, boolean]>([
    ['example.com', 'http://example.com/', true],
    ['example.com', 'http://www.example.com/', true],
    ['example.com', 'http://notexample.com/', false],
    ['example.com', 'http://example.com.org/', false],
    ['example.com', 'http://example.com./', true],
    ['example.com.', 'http://example.com/', true],
    ['.example.com', 'http://example.com/', true],
    ['.example.com', 'http://a.b.example.com/', true],
    ['.example.com', 'http://notexample.com/', false],
    ['Example.COM', 'http://www.example.com/', true],
    ['*', aws, true],
    ['localhost, example.com ,10.0.0.0/8', 'http://example.com/', true],
    ['localhost example.com', 'http://example.com/', true],
    ['localhost;example.com', 'http://example.com/', false],
    [' , ,', 'http://example.com/', false],
    ['.', 'http://example.com/', false],
    ['localhost', 'http://127.0.0.1/', false],
    ['localhost', 'http://localhost:8000/', true],
    ['127.0.0.1', 'http://127.0.0.1:8000/', true],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.1.2', 'http://10.1.2.3/', false],
    ['2.3', 'http://10.1.2.3/', false],
    ['10.0.0.0/99', 'http://10.1.2.3/', false],
    ['10.0.0.0/x', 'http://10.1.2.3/', false],
    ['::1', 'http://[::1]:8000/', true],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['::1', 'http://[::2]/', false],
    ['0.0.0.0/0', 'http://[::1]/', false],
    // only csv2ddb
    ['[::1]', 'http://[::1]/', true],
    ['[::1]:8000', 'http://[::1]:8000/', true],
    ['[::1]:8000', 'http://[::1]:8001/', false],
    ['example.com:8000', 'http://example.com:8000/', true],
    ['example.com:8000', 'http://example.com/', false],
    ['example.com:443', 'https://www.example.com/', true],
    ['example.com:80', 'https://www.example.com/', false],
    ['127.0.0.1:8000', 'http://127.0.0.1:8000/', true],
    ['*.example.com', 'http://www.example.com/', true],
    ['x,*', aws, true],
  ])('NO_PROXY=%s and %s: exempt is %s', (noProxy, url, exempt) => {
    const env = { ALL_PROXY: 'http://p:1', NO_PROXY: noProxy };
    expect(findProxy(new URL(url), env) === undefined).toBe(exempt);
  });

  it('prefers no_proxy to NO_PROXY', () => {
    const env = { ALL_PROXY: 'http://p:1', NO_PROXY: '*', no_proxy: 'example.com' };
    expect(findProxy(new URL(aws), env)?.hostAndPort).toBe('p:1');
  });

  it.each<[string, string | undefined]>([
    ['http://p:1', undefined],
    ['http://user:password@p:1', 'user:password'],
    ['user:password@p:1', 'user:password'],
    ['http://user@p:1', 'user:'],
    ['http://us%40er:p%3Aw%2F%C3%A9@p:1', 'us@er:p:w/é'],
    ['http://user:100%@p:1', 'user:100%'],
  ])('takes user and password from %s', (value, login) => {
    const { authorization, hostAndPort } = findProxy(new URL(aws), { https_proxy: value }) ?? {};
    expect(authorization).toBe(login && `Basic ${Buffer.from(login).toString('base64')}`);
    expect(hostAndPort).toBe('p:1');
  });

  it.each([
    ['socks5://user:secret@p:1080', 'https_proxy has an unsupported proxy type: socks5'],
    ['http://user:secret#x@p:3128', 'https_proxy is not a valid URL'],
    ['http://user:secret@p:99999', 'https_proxy is not a valid URL'],
    ['secret proxy', 'https_proxy is not a valid URL'],
    ['http://', 'https_proxy is not a valid URL'],
  ])('is a usage error that does not show its value: %s', (value, message) => {
    const error = catchLoaderError(() => findProxy(new URL(aws), { https_proxy: value }));
    expect(error).toMatchObject({ code: 'USAGE', message });
    expect(error.hint).toContain('https_proxy');
    expect(`${error.stack ?? ''}${error.hint ?? ''}`).not.toContain('secret');
  });
});
