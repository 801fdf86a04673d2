/** What stands around an item in a request's body: `{"PutRequest":{"Item":` … `}},`. */
export const itemPrefix = '{"PutRequest":{"Item":';
export const itemSuffix = '}}';
const itemSeparator = ',';

/** What stands between two items: the end of one put request and the beginning of the next. */
export const betweenItems = itemSuffix + itemSeparator + itemPrefix;

const aroundItemBytes = itemPrefix.length + itemSuffix.length + itemSeparator.length;

/** Bytes that an encoded item takes in a request's body. */
export function encodedRequestBytes(itemBytes: number): number {
  return itemBytes + aroundItemBytes;
}
