/** Colors of a terminal, by their SGR codes. */
const colors = { red: 31, yellow: 33 } as const;

export type Color = keyof typeof colors;

/** The text in a color, if colors are wanted and there is one. */
export function paint(text: string, color: Color | undefined, isColored: boolean): string {
  return isColored && color !== undefined ? `\u001b[${colors[color]}m${text}\u001b[39m` : text;
}
