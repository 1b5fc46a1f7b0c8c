import { ArgumentError, checkOptions, formatShape, wrongType } from "@dl/backend";
import { Tensor } from "@dl/tensor";

/** Parameters that share options. */
export type ParameterGroup<Options> = Options & { readonly parameters: readonly Tensor[] };

/** Parameters, or groups of them with options of their own; what a group leaves out is the default. */
export type ParametersOrGroups<Options> =
  | Iterable<Tensor>
  | Iterable<Partial<Options> & { readonly parameters: Iterable<Tensor> }>;

/** What holds where nothing is said, which also tells the names and types that options have. */
export type Defaults<Options> = Omit<Options, "learningRate"> & { learningRate?: number };

/**
 * @throws {ArgumentError} without parameters, with one that is no tensor, given twice or computed, or
 * for options that are not among the defaults.
 */
export function makeGroups<Options extends { learningRate: number }>(
  op: string,
  given: ParametersOrGroups<Options>,
  options: Partial<Options>,
  defaults: Defaults<Options>,
): ParameterGroup<Options>[] {
  const kinds = kindsOf(defaults);
  // Whether a rate without default was given is checked with its range.
  const common = { ...defaults, ...checkOptions<object>(op, options, kinds) } as Options;
  const plain: Tensor[] = [];
  const groups: ParameterGroup<Options>[] = [];
  if (!isIterable(given)) throw notParameters(op, given);
  for (const item of given)
    if (item instanceof Tensor) plain.push(item);
    else if (!isIterable(item?.parameters)) throw notParameters(op, item);
    else {
      checkOptions<object>(op, item, { ...kinds, parameters: "object|list" });
      groups.push({ ...common, ...item, parameters: [...item.parameters] });
    }
  if (plain.length > 0) groups.unshift({ ...common, parameters: plain });
  checkParameters(
    op,
    groups.flatMap(({ parameters }) => parameters),
  );
  return groups;
}

function kindsOf(defaults: object): Readonly<Record<string, string>> {
  const types = Object.entries(defaults).map(([name, value]) => [name, typeof value]);
  return { learningRate: "number", ...Object.fromEntries(types) };
}

const isIterable = (x: unknown): boolean =>
  typeof x === "object" && x !== null && Symbol.iterator in x;

const notParameters = (op: string, received: unknown): ArgumentError =>
  wrongType(
    op,
    "needs parameters, or groups { parameters, ... }",
    received,
    "Pass model.parameters().",
  );

function checkParameters(op: string, parameters: readonly Tensor[]): void {
  if (parameters.length === 0)
    throw new ArgumentError(
      op,
      "there is nothing to optimise: received 0 parameters. Pass model.parameters().",
      { received: parameters },
    );
  parameters.forEach((parameter, i) => {
    const first = parameters.indexOf(parameter);
    if (first < i)
      throw new ArgumentError(
        op,
        `a parameter was given twice: ${formatShape(parameter.shape)} at positions ${first} and ${i}. It would take two steps at once; give it once.`,
        { received: i },
      );
    if (!parameter.isLeaf)
      throw new ArgumentError(
        op,
        `parameter ${i} of shape ${formatShape(parameter.shape)} was computed from other tensors. Give those, or a detached copy that requires a gradient.`,
        { received: i },
      );
  });
}
