import { Buffer } from 'node:buffer';
import { type Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { crc32 } from 'node:zlib';

/** A complete HTTP response. */
export interface ProxyResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Makes an error response in DynamoDB's format. */
export function makeErrorResponse(status: number, code: string, message = `${code} (injected)`): ProxyResponse {
  const body = Buffer.from(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${code}`, message }));
  return withCrc({ status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body });
}

/** Returns the response with the checksum of its body. */
export function withCrc(answer: ProxyResponse): ProxyResponse {
  return { ...answer, headers: { ...answer.headers, 'x-amz-crc32': String(crc32(answer.body)) } };
}

export async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Forwards a request with the given body. The signature may no longer match, but the emulators do not check it.
 */
export async function forward(
  to: { readonly target: URL; readonly agent: Agent },
  incoming: IncomingMessage,
  body: Buffer,
): Promise<ProxyResponse> {
  const headers: Record<string, string | string[] | number | undefined> = { ...incoming.headers };
  for (const name of ['connection', 'transfer-encoding', 'expect', 'keep-alive']) Reflect.deleteProperty(headers, name);
  headers['content-length'] = body.length;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = httpRequest(
      {
        agent: to.agent,
        host: to.target.hostname,
        port: to.target.port,
        method: incoming.method,
        path: incoming.url,
        headers,
      },
      resolve,
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
  const responseHeaders: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    // Keeps the length only for HEAD; otherwise it is that of the body.
    const kept = !hopByHop.has(name) || (name === 'content-length' && incoming.method === 'HEAD');
    if (typeof value === 'string' && kept) responseHeaders[name] = value;
  }
  return { status: response.statusCode ?? 500, headers: responseHeaders, body: await readAll(response) };
}

const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length']);
