import { ArgumentError, formatShape, ShapeError, type Shape } from "@dl/backend";

/**
 * One name per axis. Letters name themselves; the axes an ellipsis stands for are named `.0`, `.1`,
 * ... counted from the end, so that they align as in broadcasting.
 */
export type Label = string;

export interface EinsumEquation {
  /** Per operand, the name of each axis. */
  readonly operands: readonly (readonly Label[])[];
  readonly output: readonly Label[];
  readonly sizes: ReadonlyMap<Label, number>;
}

/** The equation with names for all axes, checked against the operands' shapes. */
export function parseEinsum(equation: string, shapes: readonly Shape[]): EinsumEquation {
  const [left, right, ...more] = equation.replace(/\s/g, "").split("->");
  if (more.length > 0) fail(equation, "has more than one arrow");
  const terms = left!.split(",");
  if (terms.length !== shapes.length)
    fail(
      equation,
      `has ${terms.length} ${terms.length === 1 ? "term" : "terms"} for ${shapes.length} ${shapes.length === 1 ? "tensor" : "tensors"}`,
    );
  const operands = terms.map((term, i) => labelAxes(equation, term, shapes[i]!));
  const sizes = new Map<Label, number>();
  operands.forEach((labels, i) =>
    labels.forEach((label, axis) => {
      const size = shapes[i]![axis]!;
      const known = sizes.get(label) ?? 1;
      if (known !== size && known !== 1 && size !== 1)
        throw new ShapeError(
          "einsum",
          `${label.startsWith(".") ? "an axis under ..." : `axis "${label}"`} has sizes ${known} and ${size}: equation "${equation}", shapes ${shapes.map(formatShape).join(", ")}. Axes with one name need one size.`,
          { expected: known, received: size },
        );
      sizes.set(label, known === 1 ? size : known);
    }),
  );
  const output =
    right === undefined ? implicitOutput(operands) : labelOutput(equation, right, sizes);
  return { operands, output, sizes };
}

function fail(equation: string, problem: string): never {
  throw new ArgumentError(
    "einsum",
    `the equation ${problem}: received "${equation}". Write for example "bij,bjk->bik".`,
    { received: equation },
  );
}

/** Letters before and after an ellipsis, if there is one. */
function splitTerm(equation: string, term: string): { before: string[]; after: string[] | null } {
  const parts = term.split("...");
  if (parts.length > 2 || !/^[a-zA-Z]*$/.test(parts.join("")))
    fail(equation, `has a term "${term}" that is not letters with at most one "..."`);
  return { before: parts[0]!.split(""), after: parts[1]?.split("") ?? null };
}

function ellipsisLabels(count: number): Label[] {
  return Array.from({ length: count }, (_, i) => `.${count - 1 - i}`);
}

function labelAxes(equation: string, term: string, shape: Shape): Label[] {
  const { before, after } = splitTerm(equation, term);
  const covered = shape.length - before.length - (after?.length ?? 0);
  if (covered < 0 || (after === null && covered !== 0))
    throw new ShapeError(
      "einsum",
      `term "${term}" names ${before.length + (after?.length ?? 0)} axes, the tensor has shape ${formatShape(shape)}: equation "${equation}". Name each axis once, or the rest with "...".`,
      { expected: shape.length, received: term },
    );
  const labels = [...before, ...ellipsisLabels(covered), ...(after ?? [])];
  labels.forEach((label, axis) => {
    const first = labels.indexOf(label);
    if (shape[first] !== shape[axis])
      throw new ShapeError(
        "einsum",
        `axis "${label}" is repeated in "${term}" with sizes ${shape[first]!} and ${shape[axis]!}: equation "${equation}". A diagonal needs equal sizes.`,
        { expected: shape[first], received: shape[axis] },
      );
  });
  return labels;
}

/** Axes under the ellipsis first, then the letters that occur once, in alphabetical order. */
function implicitOutput(operands: readonly (readonly Label[])[]): Label[] {
  const counts = new Map<Label, number>();
  for (const label of operands.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const letters = [...counts].filter(([label, count]) => count === 1 && !label.startsWith("."));
  return [
    ...ellipsisLabels(ellipsisCount(counts.keys())),
    ...letters.map(([letter]) => letter).toSorted(),
  ];
}

function ellipsisCount(labels: Iterable<Label>): number {
  return [...labels].filter((label) => label.startsWith(".")).length;
}

function labelOutput(equation: string, term: string, sizes: ReadonlyMap<Label, number>): Label[] {
  const { before, after } = splitTerm(equation, term);
  const covered = after === null ? 0 : ellipsisCount(sizes.keys());
  const labels = [...before, ...ellipsisLabels(covered), ...(after ?? [])];
  labels.forEach((label, axis) => {
    if (labels.indexOf(label) !== axis) fail(equation, `names "${label}" twice in the result`);
    if (!sizes.has(label)) fail(equation, `has "${label}" in the result but in no term`);
  });
  return labels;
}
