import { ArgumentError, isFloat, type Shape } from "@dl/backend";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor, commonBackend } from "./check-operands.ts";
import { parseEinsum, type EinsumEquation, type Label } from "./einsum-equation.ts";
import { matmul } from "./matmul.ts";
import { moveAxis, permute } from "./permute.ts";
import { castTo, commonDType } from "./pointwise.ts";
import { diagonal } from "./triangle.ts";
import { reshape } from "./views.ts";

/** A tensor whose axes have names, each once. */
interface Term {
  readonly x: Tensor;
  readonly labels: readonly Label[];
}

/**
 * Sums of products named by letters, one per axis: letters missing in the result are summed over,
 * letters shared between tensors are multiplied position by position, a letter repeated in one
 * tensor takes its diagonal, `...` stands for axes that broadcast.
 *
 * Without `->` the result has the letters that occur once, in alphabetical order. More than two
 * tensors are contracted in pairs, the smallest intermediate result first.
 *
 * @throws {ArgumentError} if the equation cannot be read or has another number of tensors.
 * @throws {ShapeError} if one letter has two sizes.
 * @example
 * const [a, b] = [tensor([[1, 2], [3, 4]]), tensor([[1, 0], [1, 1]])];
 * await einsum("ij,jk->ik", a, b).toArray(); // => [[3, 2], [7, 4]]
 * await einsum("ii", a).item(); // => 5
 */
export function einsum(equation: string, ...tensors: readonly Tensor[]): Tensor {
  if (tensors.length === 0)
    throw new ArgumentError(
      "einsum",
      `needs at least one tensor: received none for "${equation}".`,
    );
  for (const tensor of tensors) checkTensor("einsum", tensor);
  commonBackend("einsum", tensors);
  const parsed = parseEinsum(
    equation,
    tensors.map(({ shape }) => shape),
  );
  const common = commonDType("einsum", tensors);
  const dtype = common === "bool" ? "int32" : common;
  const terms = tensors.map((tensor, i) =>
    dropStretched(takeDiagonals(castTo(tensor, dtype), parsed.operands[i]!), parsed.sizes),
  );
  while (terms.length > 1) {
    const [i, j] = cheapestPair(terms, parsed);
    const [right] = terms.splice(j, 1);
    const [left] = terms.splice(i, 1);
    terms.push(contract(left!, right!, neededLabels(terms, parsed)));
  }
  const { x, labels } = sumOut(terms[0]!, new Set(parsed.output));
  return permute(
    x,
    parsed.output.map((label) => labels.indexOf(label)),
  );
}

/** Repeated names in one tensor become one axis. */
function takeDiagonals(x: Tensor, labels: readonly Label[]): Term {
  const second = labels.findIndex((label, axis) => labels.indexOf(label) !== axis);
  if (second < 0) return { x, labels };
  const label = labels[second]!;
  const first = labels.indexOf(label);
  const paired = moveAxis(moveAxis(x, second, -1), first, -1);
  const others = labels.filter((_, axis) => axis !== first && axis !== second);
  return takeDiagonals(diagonal(paired), [...others, label]);
}

/** Axes of size 1 that broadcast against a larger one of the same name go: they change nothing. */
function dropStretched({ x, labels }: Term, sizes: EinsumEquation["sizes"]): Term {
  const isStretched = (axis: number): boolean =>
    x.shape[axis] === 1 && sizes.get(labels[axis]!) !== 1;
  return {
    x: reshape(
      x,
      x.shape.filter((_, axis) => !isStretched(axis)),
    ),
    labels: labels.filter((_, axis) => !isStretched(axis)),
  };
}

function neededLabels(terms: readonly Term[], { output }: EinsumEquation): Set<Label> {
  return new Set([...output, ...terms.flatMap(({ labels }) => labels)]);
}

/** The two terms whose product has the fewest elements. */
function cheapestPair(terms: readonly Term[], parsed: EinsumEquation): [number, number] {
  let best: [number, number] = [0, 1];
  let least = Infinity;
  for (let j = 1; j < terms.length; j++)
    for (let i = 0; i < j; i++) {
      const needed = neededLabels(terms.toSpliced(j, 1).toSpliced(i, 1), parsed);
      const labels = new Set([...terms[i]!.labels, ...terms[j]!.labels]);
      let count = 1;
      for (const label of labels) if (needed.has(label)) count *= parsed.sizes.get(label)!;
      if (count < least) [best, least] = [[i, j], count];
    }
  return best;
}

/** The sum over all axes that are not kept. */
function sumOut({ x, labels }: Term, kept: ReadonlySet<Label>): Term {
  const axes = labels.map((_, axis) => axis).filter((axis) => !kept.has(labels[axis]!));
  if (axes.length === 0) return { x, labels };
  return {
    x: applyOne("reduce", [x], { op: "sum", axes }),
    labels: labels.filter((label) => kept.has(label)),
  };
}

/** The product of two terms, summed over what nobody else needs. */
function contract(left: Term, right: Term, needed: ReadonlySet<Label>): Term {
  const a = sumOut(left, new Set([...needed, ...right.labels]));
  const b = sumOut(right, new Set([...needed, ...left.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const inner = shared.filter((label) => !needed.has(label));
  const leftFree = a.labels.filter((label) => !shared.includes(label));
  const rightFree = b.labels.filter((label) => !shared.includes(label));
  const isMatrixProduct =
    inner.length > 0 && leftFree.length + rightFree.length > 0 && isFloat(a.x.dtype);
  const labels = [...batch, ...leftFree, ...rightFree];
  if (!isMatrixProduct) {
    const all = [...labels, ...inner];
    return sumOut({ x: spread(a, all).mul(spread(b, all)), labels: all }, needed);
  }
  const sizeOf = new Map<Label, number>();
  for (const { x, labels: names } of [a, b])
    names.forEach((label, axis) => sizeOf.set(label, x.shape[axis]!));
  const sizes = (names: readonly Label[]): Shape => names.map((label) => sizeOf.get(label)!);
  const count = (names: readonly Label[]): number => sizes(names).reduce((p, size) => p * size, 1);
  const product = matmul(
    reshape(ordered(a, [...batch, ...leftFree, ...inner]), [
      ...sizes(batch),
      count(leftFree),
      count(inner),
    ]),
    reshape(ordered(b, [...batch, ...inner, ...rightFree]), [
      ...sizes(batch),
      count(inner),
      count(rightFree),
    ]),
  );
  return { x: reshape(product, sizes(labels)), labels };
}

function ordered({ x, labels }: Term, order: readonly Label[]): Tensor {
  return permute(
    x,
    order.map((label) => labels.indexOf(label)),
  );
}

/** The term with its axes in this order and size 1 where it has none. */
function spread(term: Term, order: readonly Label[]): Tensor {
  const own = order.filter((label) => term.labels.includes(label));
  const x = ordered(term, own);
  return reshape(
    x,
    order.map((label) => (own.includes(label) ? x.shape[own.indexOf(label)]! : 1)),
  );
}
