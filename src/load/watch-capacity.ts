import type { TableDescription } from '../dynamodb/table.ts';
import type { Capacity } from './flow/cost.ts';

/** Auto scaling changes what is provisioned within minutes. */
const lookEveryMs = 30_000;

export function capacityOf({ provisionedWriteUnits, indexWriteUnits }: TableDescription): Capacity {
  return { table: provisionedWriteUnits, indexes: indexWriteUnits ?? new Map() };
}

/**
 * Looks at the table now and then. A look that fails changes nothing.
 * @param tell told what is provisioned.
 * @returns what ends it.
 */
export function followCapacity(
  describe: () => Promise<TableDescription>,
  tell: (capacity: Capacity) => void,
  everyMs = lookEveryMs,
): () => void {
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      const table = await describe();
      if (!isOver) tell(capacityOf(table));
    } catch {
      // What was found last still holds.
    }
  };
  const timer = setInterval(() => void look(), everyMs);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
