/** SGR codes of terminal colors. */
const colors = { red: 31, yellow: 33 } as const;

export type Color = keyof typeof colors;

/** Colors the text, if a color is given and colors are enabled. */
export function paint(text: string, color: Color | undefined, isColored: boolean): string {
  return isColored && color !== undefined ? `\u001b[${colors[color]}m${text}\u001b[39m` : text;
}
