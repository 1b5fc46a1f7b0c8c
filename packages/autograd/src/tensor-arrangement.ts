import { Tensor } from "@dl/tensor";

/** A tensor, or tensors in an array or object: what a function is differentiated with respect to. */
export type Tensors = Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };

/** The same arrangement, of gradients. */
export type GradientsOf<T extends Tensors> = T extends Tensor
  ? Tensor
  : { readonly [Key in keyof T]: Tensor };

export function tensorList(tensors: Tensors): Tensor[] {
  return tensors instanceof Tensor ? [tensors] : Object.values(tensors);
}

/** `change` for each tensor, in the same arrangement. */
export function mapTensors<T extends Tensors>(
  tensors: T,
  change: (x: Tensor) => Tensor,
): GradientsOf<T>;
export function mapTensors(tensors: Tensors, change: (x: Tensor) => Tensor): Tensors {
  if (tensors instanceof Tensor) return change(tensors);
  if (isList(tensors)) return tensors.map(change);
  return Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, change(x)]));
}

/** Array.isArray does not narrow readonly arrays. */
function isList(tensors: Tensors): tensors is readonly Tensor[] {
  return Array.isArray(tensors);
}
