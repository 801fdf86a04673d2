import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Connection, type Got, type Pending } from '../../../../src/load/wire/connection.ts';

/** What a connection does with its socket. */
class FakeSocket extends EventEmitter {
  readonly written: Buffer[] = [];
  readonly writableLength = 0;
  destroyed = false;

  write(bytes: Buffer): void {
    this.written.push(Buffer.from(bytes));
  }

  destroy(): void {
    this.destroyed = true;
  }
}

const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');

function connected(): { socket: FakeSocket; connection: Connection; pending: Pending; got: Got[]; happened: string[] } {
  const [socket, got, happened]: [FakeSocket, Got[], string[]] = [new FakeSocket(), [], []];
  const connection = new Connection(socket as unknown as Socket, {
    free: () => happened.push('free'),
    gone: () => happened.push('gone'),
  });
  connection.start();
  happened.length = 0;
  const pending: Pending = { head: 'HEAD\r\n', body: Buffer.from('BODY'), isEnded: false, end: (one) => got.push(one) };
  return { socket, connection, pending, got, happened };
}

it('what comes after a request is its answer, and the connection is free again', () => {
  const { socket, connection, pending, got, happened } = connected();
  expect(connection.take(pending)).toBe(true);
  expect(socket.written).toEqual([]);
  connection.write();
  expect(Buffer.concat(socket.written).toString()).toBe('HEAD\r\nBODY');
  socket.emit('data', answer);
  expect(got).toMatchObject([{ kind: 'came', status: 200 }]);
  expect(happened).toEqual(['free']);
});

it('what comes before a request is sent is no answer to it: it is lost, and not sent', () => {
  const { socket, connection, pending, got, happened } = connected();
  connection.take(pending);
  socket.emit('data', answer);
  expect(got).toEqual([{ kind: 'lost', code: 'ECONNRESET' }]);
  expect(socket.destroyed).toBe(true);
  expect(happened).toEqual(['gone']);
  connection.write();
  expect(socket.written).toEqual([]);
});

it('what comes before the next request is sent is none to that one either', () => {
  const { socket, connection, pending, got } = connected();
  connection.take(pending);
  connection.write();
  socket.emit('data', answer);
  connection.take(pending);
  socket.emit('data', answer);
  expect(got.map(({ kind }) => kind)).toEqual(['came', 'lost']);
});

it('of a request that is lost before it is sent nothing goes out', () => {
  const { socket, connection, pending } = connected();
  connection.take(pending);
  connection.destroy();
  connection.write();
  expect(socket.written).toEqual([]);
});
