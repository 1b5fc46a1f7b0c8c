import { describeValue, isPlainObject } from "./describe-value.ts";
import { ArgumentError } from "./errors.ts";

/** A value that `typeof` cannot tell: a tensor, a generator. */
export interface ValueKind {
  /** As errors name it: `"a tensor"`. */
  readonly what: string;
  readonly accepts: (value: unknown) => boolean;
}

/**
 * What an option may be: a word of `typeof`, `list`, `null` or a quoted word, several joined by `|`,
 * such as `number|list` or `"mean"|"sum"`.
 */
export type OptionKind = string | ValueKind;

type KeyOf<O> = O extends unknown ? keyof O : never;
type At<O, Key> = O extends unknown
  ? Key extends keyof O
    ? Exclude<O[Key], undefined>
    : never
  : never;
type KindOf<Value> = [Value] extends [boolean]
  ? "boolean"
  : [Value] extends [number]
    ? "number"
    : [Value] extends [(...values: never) => unknown]
      ? "function"
      : OptionKind;

/** A kind for every key of an interface of options, and for none besides. */
export type OptionKinds<O> = { readonly [Key in KeyOf<O>]-?: KindOf<At<O, Key>> };

/**
 * The options themselves, once every key is known and every value of its kind. What a number or word
 * must be besides is for the function to check.
 *
 * @throws {ArgumentError} for anything but a plain object, a key that is not known, or a value of another kind.
 * @example
 * checkOptions("sum", { keepdim: true }, { keepDims: "boolean" }); // throws an ArgumentError: did you mean keepDims?
 */
export function checkOptions<O extends object>(
  op: string,
  options: O,
  kinds: Readonly<Record<KeyOf<O>, OptionKind>>,
): O;
export function checkOptions(
  op: string,
  options: Readonly<Record<string, unknown>>,
  kinds: Readonly<Record<string, OptionKind>>,
): object {
  if (!isPlainObject(options))
    throw new ArgumentError(
      op,
      `options must be a plain object: received ${describeValue(options)}. There are ${Object.keys(kinds).join(", ")}.`,
      { received: options },
    );
  for (const key in options) {
    const value = options[key];
    const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    if (kind === undefined) throw unknownOption(op, key, value, Object.keys(kinds));
    if (value !== undefined && !isOfKind(value, kind))
      throw new ArgumentError(
        op,
        `${key} must be ${nameOf(kind)}: received ${describeValue(value)}.`,
        {
          expected: kind,
          received: value,
        },
      );
  }
  return options;
}

/**
 * The kinds of options that extend others.
 *
 * @example
 * extendKinds({ low: "number" }, { high: "number" }); // => { low: "number", high: "number" }
 */
export function extendKinds<Base, O extends Base>(
  base: OptionKinds<Base>,
  own: OptionKinds<Omit<O, keyof Base>>,
): OptionKinds<O>;
export function extendKinds(base: object, own: object): object {
  return { ...base, ...own };
}

/**
 * Refuses options in the place of something that comes before them.
 *
 * @throws {ArgumentError} for a plain object.
 * @example
 * refuseOptions("conv2d", { stride: 2 }, "the bias"); // throws an ArgumentError
 */
export function refuseOptions(
  op: string,
  value: unknown,
  place: string,
  advice = `Pass ${place} first`,
): void {
  if (isPlainObject(value))
    throw new ArgumentError(
      op,
      `options stand where ${place} belongs: received ${describeValue(value)}. ${advice}; options come last.`,
      { received: value },
    );
}

/** Whole words need not be told apart: none is a part of another, and quoted ones have their quotes. */
function isOfKind(value: unknown, kind: OptionKind): boolean {
  if (typeof kind !== "string") return kind.accepts(value);
  const word = value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
  return kind.includes(word) || (word === "string" && kind.includes(JSON.stringify(value)));
}

function nameOf(kind: OptionKind): string {
  if (typeof kind !== "string") return kind.what;
  return kind
    .split("|")
    .map((word) => (word.startsWith('"') || word === "null" ? word : `a ${word}`))
    .join(", ")
    .replace(/, ([^,]+)$/, " or $1");
}

/** Names elsewhere that share no letters with ours. */
const namesHere: Readonly<Record<string, string>> = {
  dim: "axis",
  device: "backend",
  unbiased: "correction",
  size_average: "reduction",
};

function unknownOption(
  op: string,
  key: string,
  value: unknown,
  known: readonly string[],
): ArgumentError {
  const wanted = Object.hasOwn(namesHere, key) ? namesHere[key]! : key;
  const nearest = known.toSorted((a, b) => likeness(wanted, b) - likeness(wanted, a))[0];
  return new ArgumentError(
    op,
    `there is no option ${key}: received ${describeValue(value)}. Did you mean ${nearest}? There are ${known.join(", ")}.`,
    { expected: known, received: key },
  );
}

/** Share of letters in a longest common subsequence, so that `lr` is like `learningRate`; the first letter counts twice. */
function likeness(left: string, right: string): number {
  const [a, b] = [left, right].map((name) => name.toLowerCase().replaceAll("_", ""));
  let row = new Array<number>(b!.length + 1).fill(0);
  for (const letter of a!) {
    const next = [0];
    for (let i = 0; i < b!.length; i++)
      next.push(letter === b![i] ? row[i]! + 1 : Math.max(row[i + 1]!, next[i]!));
    row = next;
  }
  return (2 * row.at(-1)! + Number(a![0] === b![0])) / (a!.length + b!.length);
}
