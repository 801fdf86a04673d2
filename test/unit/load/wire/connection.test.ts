import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { Connection, type ExchangeResult, type PendingRequest } from '../../../../src/load/wire/connection.ts';

/** Records what a connection does with its socket. */
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

const response = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');

function connected(): {
  socket: FakeSocket;
  connection: Connection;
  pending: PendingRequest;
  results: ExchangeResult[];
  events: string[];
} {
  const [socket, results, events]: [FakeSocket, ExchangeResult[], string[]] = [new FakeSocket(), [], []];
  const connection = new Connection(socket as unknown as Socket, {
    onFree: () => events.push('free'),
    onClosed: () => events.push('gone'),
  });
  connection.start();
  events.length = 0;
  const pending: PendingRequest = {
    head: 'HEAD\r\n',
    body: Buffer.from('BODY'),
    isEnded: false,
    end: (one) => results.push(one),
  };
  return { socket, connection, pending, results, events };
}

it('bytes after a request are its response, and the connection is free again', () => {
  const { socket, connection, pending, results, events } = connected();
  expect(connection.assign(pending)).toBe(true);
  expect(socket.written).toEqual([]);
  connection.write();
  expect(Buffer.concat(socket.written).toString()).toBe('HEAD\r\nBODY');
  socket.emit('data', response);
  expect(results).toMatchObject([{ kind: 'received', status: 200 }]);
  expect(events).toEqual(['free']);
});

it('bytes before a request is sent lose the request, which is not sent', () => {
  const { socket, connection, pending, results, events } = connected();
  connection.assign(pending);
  socket.emit('data', response);
  expect(results).toEqual([{ kind: 'lost', code: 'ECONNRESET' }]);
  expect(socket.destroyed).toBe(true);
  expect(events).toEqual(['gone']);
  connection.write();
  expect(socket.written).toEqual([]);
});

it('bytes before the next request is sent lose that request', () => {
  const { socket, connection, pending, results } = connected();
  connection.assign(pending);
  connection.write();
  socket.emit('data', response);
  connection.assign(pending);
  socket.emit('data', response);
  expect(results.map(({ kind }) => kind)).toEqual(['received', 'lost']);
});

it('a request that is lost before it is sent sends nothing', () => {
  const { socket, connection, pending } = connected();
  connection.assign(pending);
  connection.destroy();
  connection.write();
  expect(socket.written).toEqual([]);
});
