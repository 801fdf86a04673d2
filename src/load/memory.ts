/**
 * Bytes that can be read and written four at a time. V8 compiles `DataView.getInt32` and `setInt32` to single
 * instructions at any alignment; a record is mapped nearly twice as fast so as by bytes alone.
 */
export interface Memory {
  readonly bytes: Buffer;
  /** The same bytes. */
  readonly view: DataView;
}

export function memoryOf(bytes: Buffer): Memory {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}

/** The bytes `[start, end)` of a memory. Moved over it, where an object for each run of bytes would cost too much. */
export interface Span extends Memory {
  start: number;
  end: number;
}

/** All bytes. No spread: V8 would read its fields far more slowly. */
export function spanOf(bytes: Buffer): Span {
  return { bytes, view: memoryOf(bytes).view, start: 0, end: bytes.length };
}

/** Bytes known beforehand, as words (the first byte lowest), filled up with zeros to a whole number of words. */
export interface Constant {
  readonly words: Int32Array;
  readonly length: number;
}

/** Bytes behind a constant that writing it may spoil: what the last word is filled up with. */
export const maxFillBytes = 3;

export function constantOf(text: string): Constant {
  const bytes = Buffer.from(text, 'utf8');
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  const { view } = memoryOf(Buffer.concat([bytes], words.length * 4));
  words.forEach((_, index) => (words[index] = view.getInt32(index * 4, true)));
  return { words, length: bytes.length };
}

/** @returns the place behind the constant; up to 3 bytes from there on are spoiled */
export function writeConstant(out: Memory, to: number, constant: Constant): number {
  const { words, length } = constant;
  const { view } = out;
  for (let index = 0; index < words.length; index++) view.setInt32(to + index * 4, words[index] as number, true);
  return to + length;
}

/** Longer runs are copied faster by a call of the engine's, which costs as much as copying so many bytes, and makes an object. */
const shortBytes = 1024;

/** Copies the span to `to`, from `at` on, and spoils nothing behind it. */
export function copySpan(span: Span, to: Memory, at: number): void {
  const { bytes, view, start, end } = span;
  if (end - start > shortBytes) {
    bytes.copy(to.bytes, at, start, end);
    return;
  }
  let source = start;
  let target = at;
  for (const lastWord = end - 4; source <= lastWord; source += 4, target += 4) {
    to.view.setInt32(target, view.getInt32(source, true), true);
  }
  for (; source < end; source++, target++) to.bytes[target] = bytes[source] as number;
}
