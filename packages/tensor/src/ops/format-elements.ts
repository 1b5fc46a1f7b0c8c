import { isFloat, type DType } from "@dl/backend";

/** Most digits after the point. */
const precision = 4;

/**
 * Numbers as texts of one width, so that they stand in columns: points under each other, and all in
 * scientific notation where fixed notation would be long or lose small numbers (NumPy's rules).
 */
export function formatElements(elements: ArrayLike<number>, dtype: DType): string[] {
  const numbers = Array.from(elements);
  if (dtype === "bool") return alignRight(numbers.map((x) => (x === 0 ? "false" : "true")));
  if (!isFloat(dtype)) return alignRight(numbers.map(String));
  const sizes = numbers.filter((x) => Number.isFinite(x) && x !== 0).map(Math.abs);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  const smallest = sizes.reduce((a, b) => Math.min(a, b), Infinity);
  const isScientific =
    largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1e3 * 10 ** precision;
  return isScientific ? scientific(numbers) : fixed(numbers);
}

function alignRight(texts: readonly string[]): string[] {
  const width = texts.reduce((most, text) => Math.max(most, text.length), 0);
  return texts.map((text) => text.padStart(width));
}

function special(x: number): string | undefined {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  return undefined;
}

function fixed(numbers: readonly number[]): string[] {
  const texts = numbers.map(
    (x) => special(x) ?? withSign(x, x.toFixed(precision)).replace(/0+$/, ""),
  );
  const tail = (text: string): number => (text.includes(".") ? text.length - text.indexOf(".") : 0);
  const width = texts.reduce((most, text) => Math.max(most, tail(text)), 0);
  return alignRight(
    texts.map((text) =>
      text.includes(".") ? text.padEnd(text.length - tail(text) + width) : text,
    ),
  );
}

function scientific(numbers: readonly number[]): string[] {
  const digits = numbers.reduce((most, x) => {
    const mantissa = x.toExponential(precision).split("e")[0]!;
    const needed = mantissa.replace(/0+$/, "").split(".")[1]?.length ?? 0;
    return Number.isFinite(x) ? Math.max(most, needed) : most;
  }, 0);
  return alignRight(
    numbers.map((x) => {
      const known = special(x);
      if (known !== undefined) return known;
      const [mantissa, exponent] = x.toExponential(digits).split("e") as [string, string];
      const point = digits === 0 ? "." : "";
      return `${withSign(x, mantissa)}${point}e${exponent[0]!}${exponent.slice(1).padStart(2, "0")}`;
    }),
  );
}

/** JavaScript prints -0 without its sign. */
const withSign = (x: number, text: string): string => (Object.is(x, -0) ? `-${text}` : text);
