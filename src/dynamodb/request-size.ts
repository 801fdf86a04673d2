/** The JSON around an item in a request body. */
export const itemPrefix = '{"PutRequest":{"Item":';
export const itemSuffix = '}}';
const itemSeparator = ',';

/** The JSON between two items: the end of one put request and the start of the next. */
export const betweenItems = itemSuffix + itemSeparator + itemPrefix;

const aroundItemBytes = itemPrefix.length + itemSuffix.length + itemSeparator.length;

/** Returns the bytes that an encoded item takes in a request body. */
export function countRequestBytes(itemBytes: number): number {
  return itemBytes + aroundItemBytes;
}
