/** Gathers what is to be done for each, and does it in one go when this turn of the event loop ends. */
export function atEndOfTurn<T>(act: (one: T) => void): (one: T) => void {
  let waiting: T[] = [];
  const actForAll = (): void => {
    const all = waiting;
    waiting = [];
    for (const one of all) act(one);
  };
  return (one) => {
    if (waiting.push(one) === 1) setImmediate(actForAll);
  };
}
