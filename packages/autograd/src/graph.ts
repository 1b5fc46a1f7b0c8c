import type { DType, Shape } from "@dl/backend";
import type { Tensor } from "@dl/tensor";
import { walkOrder } from "./backward.ts";
import { recordingOf, type Recording } from "./recording.ts";

/** One operation or leaf of a computation graph. */
export interface GraphNodeData {
  readonly id: number;
  /** The operation's name; `"leaf"` for a tensor that was not computed. */
  readonly op: string;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Ids of the nodes it was computed from; inputs without gradient are left out. */
  readonly parents: readonly number[];
  /** Where it was called; known while `configure({ development: true })` is on. */
  readonly site?: string;
  /** What the tensor is called, where it was told. */
  readonly name?: string;
}

/** A computation graph as plain data, inputs before what uses them. */
export interface Graph {
  readonly nodes: readonly GraphNodeData[];
}

/**
 * The recorded graph behind a tensor. `names` gives tensors names, such as a model's
 * `namedParameters()`.
 *
 * @example
 * const x = tensor([1, 2]).requireGrad();
 * graphOf(x.mul(x).sum()).nodes.map((node) => node.op); // => ["leaf", "mul", "reduce"]
 */
export function graphOf(output: Tensor, names?: ReadonlyMap<string, Tensor>): Graph {
  const root = recordingOf(output);
  if (root === undefined) return { nodes: [] };
  const ids = new Map<Recording, number>();
  const nameOf = new Map([...(names ?? [])].map(([name, tensor]) => [recordingOf(tensor), name]));
  const nodes: GraphNodeData[] = [];
  const add = (recording: Recording, op: string, parents: number[], site?: string): number => {
    const id = nodes.length;
    const name = nameOf.get(recording);
    ids.set(recording, id);
    nodes.push({
      id,
      op,
      shape: recording.shape,
      dtype: recording.dtype,
      parents,
      ...(site !== undefined && { site }),
      ...(name !== undefined && { name }),
    });
    return id;
  };
  for (const node of walkOrder([root]).toReversed()) {
    const parents = node.inputs.flatMap((input) =>
      input === undefined ? [] : [ids.get(input) ?? add(input, "leaf", [])],
    );
    for (const recording of node.outputs) add(recording, node.name, parents, node.site);
  }
  if (!ids.has(root)) add(root, "leaf", []);
  return { nodes };
}

/**
 * A graph in the DOT language, for Graphviz and its kin.
 *
 * @example
 * toDot(graphOf(loss)).startsWith("digraph"); // => true
 */
export function toDot(graph: Graph): string {
  const label = ({ name, op, shape, dtype }: GraphNodeData): string =>
    `${(name ?? op).replaceAll(/["\\]/g, "\\$&")}\\n${dtype} [${shape.join(", ")}]`;
  return [
    "digraph {",
    "  rankdir=TB;",
    // A font whose widths Graphviz knows without having it: 0.6 of the height, as other fixed ones.
    '  node [shape=box, fontname="Courier"];',
    ...graph.nodes.map(
      (node) =>
        `  n${node.id} [label="${label(node)}"${node.op === "leaf" ? ", style=rounded" : ""}];`,
    ),
    ...graph.nodes.flatMap((node) => node.parents.map((parent) => `  n${parent} -> n${node.id};`)),
    "}",
  ].join("\n");
}

/**
 * A graph as JSON text.
 *
 * @example
 * JSON.parse(toJson(graphOf(loss))).nodes.length > 0; // => true
 */
export function toJson(graph: Graph): string {
  return JSON.stringify(graph, undefined, 2);
}
