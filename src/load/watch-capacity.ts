import type { TableDescription } from '../dynamodb/table.ts';
import type { Capacity } from './flow/cost.ts';

/** Milliseconds between descriptions. Auto scaling changes capacity within minutes. */
const describeEveryMs = 30_000;

export function readCapacity({ provisionedWriteUnits, indexWriteUnits }: TableDescription): Capacity {
  return { table: provisionedWriteUnits, indexes: indexWriteUnits ?? new Map() };
}

/**
 * Describes the table periodically. Ignores failures.
 * @param onCapacity receives the provisioned capacity
 * @returns a function that stops watching
 */
export function watchCapacity(
  describe: () => Promise<TableDescription>,
  onCapacity: (capacity: Capacity) => void,
  everyMs = describeEveryMs,
): () => void {
  let isStopped = false;
  const poll = async (): Promise<void> => {
    try {
      const table = await describe();
      if (!isStopped) onCapacity(readCapacity(table));
    } catch {
      // Keep the last known capacity.
    }
  };
  const timer = setInterval(() => void poll(), everyMs);
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}
