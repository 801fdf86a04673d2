import { Buffer } from 'node:buffer';
import type { SentCall, SentRequest } from './iam-actions.ts';
import type { ProxyResponse } from './http.ts';

/** Makes the service's response to a caller without permission. */
export function makeDeniedResponse(
  { service }: SentCall,
  action: string,
  { method }: Pick<SentRequest, 'method'>,
): ProxyResponse {
  const message = `User: arn:aws:iam::123456789012:user/tester is not authorized to perform: ${action} because no identity-based policy allows the ${action} action`;
  switch (service) {
    case 's3': {
      const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
      return answer(403, 'application/xml', method === 'HEAD' ? '' : xml);
    }
    case 'iam':
    case 'sts':
    case 'sns': {
      const code = service === 'sns' ? 'AuthorizationError' : 'AccessDenied';
      const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
      return answer(403, 'text/xml', `<ErrorResponse>${error}<RequestId>denied</RequestId></ErrorResponse>`);
    }
  }
  const json = JSON.stringify({ __type: 'AccessDeniedException', message, Message: message });
  const denied = answer(service === 'lambda' ? 403 : 400, 'application/x-amz-json-1.0', json);
  return { ...denied, headers: { ...denied.headers, 'x-amzn-errortype': 'AccessDeniedException' } };
}

function answer(status: number, type: string, body: string): ProxyResponse {
  return { status, headers: { 'content-type': type }, body: Buffer.from(body) };
}
