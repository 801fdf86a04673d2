import { describe, expect, it } from 'vitest';
import { errorCodeOf } from '../../../../src/aws/errors/dynamodb.ts';
import { cleanMessage } from '../../../../src/text/clean-message.ts';

describe('an error code', () => {
  it.each([
    ['com.amazonaws.dynamodb.v20120810#ValidationException', 'ValidationException'],
    ['ValidationException', 'ValidationException'],
    ['ValidationException:http://internal.amazon.com/coral/x#y/', 'ValidationException'],
    ['ValidationException:http://internal.amazon.com/coral/', 'ValidationException'],
    ['', ''],
  ])('is extracted from %j', (type, code) => {
    expect(errorCodeOf(type)).toBe(code);
  });
});

describe('the message of another system', () => {
  it.each([
    ['two\r\nlines\tand tabs', 'two lines and tabs'],
    ['see https://user:pass@host:8000/path?X=1&Y=2#frag, please', 'see https://host:8000/path please'],
    ['at http://a@b@host/ there', 'at http://host/ there'],
    ['mail me@host', 'mail me@host'],
    ['Credential=AKID/2026/x, SignedHeaders=host, Signature=abc', 'Credential=***, SignedHeaders=host, Signature=***'],
    ['x-amz-security-token: FwoG', 'x-amz-security-token: ***'],
    ['is this it? yes', 'is this it? yes'],
  ])('is shown without secrets: %j', (text, clean) => {
    expect(cleanMessage(text)).toBe(clean);
  });

  it('is cut if it is long', () => {
    expect(cleanMessage('x'.repeat(1000))).toHaveLength(401);
  });
});
