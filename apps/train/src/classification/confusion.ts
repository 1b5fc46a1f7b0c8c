import type { Paint } from "../terminal.ts";

/** Rows true classes, columns predictions; a dot where there is none. The last column: share right. */
export function confusionText(
  confusion: readonly (readonly number[])[],
  paint: Paint = (_, text) => text,
): string {
  const width = Math.max(4, ...confusion.flat().map((count) => String(count).length + 1));
  const margin = " ".repeat("true ".length);
  const cell = (count: number, isRight: boolean): string => {
    const text = (count === 0 ? "·" : String(count)).padStart(width);
    return paint(count === 0 ? "dim" : isRight ? "green" : "red", text);
  };
  const share = (row: readonly number[], label: number): string => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return total === 0 ? "" : `${((100 * row[label]!) / total).toFixed(1)} %`.padStart(9);
  };
  const labels = confusion.map((_, label) => String(label).padStart(width)).join("");
  return [
    `${margin} predicted`,
    `${margin} ${paint("bold", labels)}    right`,
    ...confusion.map((row, label) => {
      const cells = row.map((count, predicted) => cell(count, predicted === label)).join("");
      const head = label === 0 ? "true " : margin;
      return `${head}${paint("bold", String(label))}${cells}${share(row, label)}`;
    }),
  ].join("\n");
}
