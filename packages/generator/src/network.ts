import { ArgumentError, describeValue, refuseOptions } from "@dl/backend";
import { Module, type Layer } from "@dl/nn";
import type { Tensor } from "@dl/tensor";

/** A layer, or any function from one tensor to one. */
export type Network = Layer | ((inputs: Tensor) => Tensor);

/** What the network gives. @throws {ArgumentError} if it is neither a module nor a function. */
export function applyNetwork(op: string, network: Network, inputs: Tensor): Tensor {
  if (network instanceof Module) return network.forward(inputs);
  if (typeof network === "function") return network(inputs);
  refuseOptions(op, network, "a network");
  throw new ArgumentError(
    op,
    `a network must be a module or a function: received ${describeValue(network)}. Pixels are features by (samples) => samples.`,
    { received: network },
  );
}
