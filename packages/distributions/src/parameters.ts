import { ArgumentError, broadcastShapes, DTypeError, isFloat, type Shape } from "@dl/backend";
import { broadcastTo, tensor, Tensor } from "@dl/tensor";

/** A parameter: one number for all of the batch, or a tensor of them. */
export type Parameterlike = number | Tensor;

/**
 * Parameters of one distribution, broadcast against each other; numbers take type and place of the
 * tensors beside them.
 *
 * @throws {ArgumentError | DTypeError | ShapeError} for what is neither number nor float tensor, and for
 * shapes that do not broadcast.
 */
export function broadcastParameters<Name extends string>(
  op: string,
  given: { readonly [Key in Name]: Parameterlike },
): { readonly [Key in Name]: Tensor } & { readonly batchShape: Shape } {
  const entries = Object.entries<Parameterlike>(given);
  for (const [name, value] of entries) checkParameter(op, name, value);
  const like = entries.map(([, value]) => value).find((value) => value instanceof Tensor);
  const options = like === undefined ? {} : { dtype: like.dtype, backend: like.backend };
  const tensors = entries.map(
    ([name, value]) => [name, typeof value === "number" ? tensor(value, options) : value] as const,
  );
  const batchShape = tensors
    .map(([, { shape }]) => shape)
    .reduce((all, shape) => broadcastShapes(all, shape, op));
  return {
    ...(Object.fromEntries(
      tensors.map(([name, value]) => [name, broadcastTo(value, batchShape)]),
    ) as { [Key in Name]: Tensor }),
    batchShape,
  };
}

function checkParameter(op: string, name: string, value: Parameterlike): void {
  if (typeof value === "number") return;
  if (!(value instanceof Tensor))
    throw new ArgumentError(
      op,
      `${name} must be a number or a float tensor: received ${value === null ? "null" : typeof value}. Make a tensor with tensor([...]).`,
      { received: value },
    );
  if (!isFloat(value.dtype))
    throw new DTypeError(
      op,
      `${name} must be a float tensor: received ${value.dtype}. Convert with x.cast("float32").`,
      { received: value.dtype },
    );
}
