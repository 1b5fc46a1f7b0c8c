import {
  ArgumentError,
  broadcastShapes,
  checkOptions,
  DTypeError,
  internShape,
  isFloat,
  ShapeError,
  wrongType,
  type Shape,
  type ValueKind,
} from "@dl/backend";
import { broadcastTo, tensor, Tensor } from "@dl/tensor";

/** A parameter: one number for all of the batch, or a tensor of them. */
export type Parameterlike = number | Tensor;

/** Probabilities, or their logarithms as a network gives them: exactly one of the two. */
export type ProbsOrLogits =
  | { readonly probs: Parameterlike; readonly logits?: undefined }
  | { readonly logits: Parameterlike; readonly probs?: undefined };

/**
 * Parameters of one distribution, broadcast against each other; numbers take type and place of the
 * tensors beside them.
 *
 * @throws {ArgumentError | DTypeError | ShapeError} for what is neither number nor float tensor, for
 * tensors of two types or places, and for shapes that do not broadcast.
 */
export function broadcastParameters<Name extends string>(
  op: string,
  given: { readonly [Key in Name]: Parameterlike },
): { readonly [Key in Name]: Tensor } & { readonly batchShape: Shape } {
  const tensors = parameterTensors(op, given);
  const batchShape = Object.values<Tensor>(tensors)
    .map(({ shape }) => shape)
    .reduce((all, shape) => broadcastShapes(all, shape, op));
  const broadcast = Object.entries<Tensor>(tensors).map(
    ([name, value]) => [name, broadcastTo(value, batchShape)] as const,
  );
  return { ...(Object.fromEntries(broadcast) as { [Key in Name]: Tensor }), batchShape };
}

/** The parameters as tensors of one type and place, of the shapes that they have. */
export function parameterTensors<Name extends string>(
  op: string,
  given: { readonly [Key in Name]: Parameterlike },
): { readonly [Key in Name]: Tensor } {
  const entries = Object.entries<Parameterlike>(given);
  for (const [name, value] of entries) checkParameter(op, name, value);
  const first = entries.find(([, value]) => value instanceof Tensor) as
    | [string, Tensor]
    | undefined;
  if (first !== undefined)
    for (const [name, value] of entries)
      if (value instanceof Tensor) checkAlike(op, first, [name, value]);
  const target = first === undefined ? {} : { dtype: first[1].dtype, backend: first[1].backend };
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      typeof value === "number" ? tensor(value, target) : value,
    ]),
  ) as { [Key in Name]: Tensor };
}

const parameterKind: ValueKind = {
  what: "a number or a tensor",
  accepts: (value) => typeof value === "number" || value instanceof Tensor,
};
const eitherKinds = { probs: parameterKind, logits: parameterKind };

/** Which of the two was given. */
export interface GivenProbabilities {
  readonly name: "probs" | "logits";
  readonly parameter: Tensor;
}

/** The probability of a 1, of its logarithm where that was given. */
export function probsOf({ name, parameter }: GivenProbabilities): Tensor {
  return name === "probs" ? parameter : parameter.sigmoid();
}

/** ln(p / (1 - p)) of the probability p of a 1. */
export function logitsOf({ name, parameter }: GivenProbabilities): Tensor {
  return name === "logits" ? parameter : parameter.logit();
}

/** What a constructor takes for the parameter, or for another one in its place. */
export function asGiven({ name }: GivenProbabilities, parameter: Tensor): ProbsOrLogits {
  return name === "probs" ? { probs: parameter } : { logits: parameter };
}

/**
 * The one of the two that was given.
 *
 * @throws {ArgumentError} unless it is exactly one.
 */
export function probsOrLogits(op: string, parameters: ProbsOrLogits): GivenProbabilities {
  const given = checkOptions(op, parameters, eitherKinds);
  const names = (["probs", "logits"] as const).filter((name) => given[name] !== undefined);
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new ArgumentError(
      op,
      `needs either probs or logits: received ${names.length === 2 ? "both" : "none"}. Write new ${op}({ logits }).`,
      { expected: ["probs", "logits"], received: names },
    );
  const parameter = parameterTensors(op, { [name]: given[name]! })[name]!;
  return { name, parameter };
}

/**
 * The batch and the number of classes of probabilities.
 *
 * @throws {ShapeError} without an axis of classes, or without a class.
 */
export function classesOf(
  op: string,
  name: string,
  { shape }: Tensor,
): { readonly batchShape: Shape; readonly classCount: number } {
  const classCount = shape.at(-1) ?? 0;
  if (classCount === 0)
    throw new ShapeError(
      op,
      `${name} needs a last axis of at least one class: received [${shape.join(", ")}]. Give [...batch, classes].`,
      { received: shape },
    );
  return { batchShape: internShape(shape.slice(0, -1)), classCount };
}

function checkParameter(op: string, name: string, value: Parameterlike): void {
  if (typeof value === "number") return;
  if (!(value instanceof Tensor))
    throw wrongType(
      op,
      `${name} must be a number or a float tensor`,
      value,
      "Make a tensor with tensor([...]).",
    );
  if (!isFloat(value.dtype))
    throw new DTypeError(
      op,
      `${name} must be a float tensor: received ${value.dtype}. Convert with x.cast("float32").`,
      { received: value.dtype },
    );
}

function checkAlike(op: string, first: [string, Tensor], other: [string, Tensor]): void {
  const [[firstName, { dtype, backend }], [name, value]] = [first, other];
  if (value.dtype !== dtype)
    throw new DTypeError(
      op,
      `parameters must have one type: ${firstName} is ${dtype}, ${name} is ${value.dtype}. Convert with ${name}.cast("${dtype}").`,
      { expected: dtype, received: value.dtype },
    );
  if (value.backend !== backend)
    throw new ArgumentError(
      op,
      `parameters live on different backends: ${firstName} on ${backend.name}, ${name} on ${value.backend.name}. Move one with await x.to(backend).`,
      { expected: backend.name, received: value.backend.name },
    );
}
