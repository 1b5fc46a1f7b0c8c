/** What the program needs of a stream it writes to; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Characters per line, on a terminal. */
  readonly columns?: number;
  getColorDepth?(): number;
}

/** Where a program speaks, and where it complains. */
export interface Outputs {
  readonly stdout: Output;
  readonly stderr: Output;
}

const defaultColumns = 80;
/** Longer lines are hard to take in, and pictures need no more. */
const mostColumns = 140;

/** Characters that fit on a line. */
export function columnsOf(output: Output): number {
  return Math.min(output.columns ?? defaultColumns, mostColumns);
}

/** Whether it shows 256 colours; `NO_COLOR` and `FORCE_COLOR` are heard. */
export function hasColor(output: Output): boolean {
  return output.isTTY === true && (output.getColorDepth?.() ?? 1) >= 8;
}

export type Paint = (style: Style, text: string) => string;
type Style = keyof typeof codes;

const codes = { bold: "1", dim: "2", red: "31", green: "32" } as const;

/** Gives text a style, or leaves it alone where there is no colour. */
export function painter(isColored: boolean): Paint {
  return (style, text) => (isColored ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}

const eraseLine = "\r\u001b[K";

/** Shows a line on a terminal until the function returned is called; elsewhere nothing. */
export function note(output: Output, text: string): () => void {
  if (output.isTTY !== true || text === "") return () => {};
  output.write(eraseLine + text.slice(0, columnsOf(output) - 1));
  return () => output.write(eraseLine);
}
