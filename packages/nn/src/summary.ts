import { noGrad } from "@dl/autograd";
import { dtypes, formatShape } from "@dl/backend";
import { Tensor, zeros } from "@dl/tensor";
import { callObservers, type CallObserver } from "./forward-calls.ts";
import { modulePaths } from "./module-paths.ts";

/** What this file needs of a module; naming the class would be an import cycle. */
interface Summarized {
  isTraining: boolean;
  forward(...inputs: never[]): unknown;
  children(): ReadonlyMap<string, Summarized>;
  modules(): Summarized[];
  parameters(): Tensor[];
  namedBuffers(): ReadonlyMap<string, Tensor>;
}

/** A tensor, or the shape of zeros to try a model with. */
export type SummaryInput = Tensor | readonly number[];

/**
 * A table of a model's layers: path, class, output shape, parameters and their bytes, as text.
 *
 * Runs the model once, in evaluation and without gradients, and leaves it as it was. Layers that hold
 * only other layers have no row of their own; a layer that is called several times has one.
 *
 * Shape: inputs as the model takes them: tensors, or shapes for zeros of the parameters' type.
 *
 * @throws {DlError} naming the layer, if the model does not take these inputs.
 * @example
 * summary(new Sequential(new Linear(784, 10)), [1, 784]);
 * // layer  class   output shape  parameters  bytes
 * // 0      Linear  [1, 10]            7,850  31,400
 * // total                             7,850  31,400
 */
export function summary(
  model: Summarized,
  ...inputs: readonly [SummaryInput, ...SummaryInput[]]
): string {
  const calls = shapesOfCalls(
    model,
    inputs.map((input) => asTensor(model, input)),
  );
  const rows = [["layer", "class", "output shape", "parameters", "bytes"]];
  const seen = new Set<Tensor>();
  for (const [module, path] of modulePaths(model)) {
    const own = ownTensors(module);
    if (module.children().size > 0 && own.length === 0) continue;
    const shapes = calls.get(module);
    const parameters = own.filter((x) => x.requiresGrad && !seen.has(x));
    for (const parameter of parameters) seen.add(parameter);
    rows.push([
      path === "" ? "(model)" : path,
      module.constructor.name,
      shapes === undefined ? "not called" : shapes.join(", "),
      ...sizes(parameters),
    ]);
  }
  const all = model.parameters();
  rows.push(["total", "", "", ...sizes(all)]);
  const buffers = [...model.namedBuffers().values()];
  const lines = table(rows);
  if (buffers.length > 0)
    lines.push(`buffers: ${sizes(buffers).join(" numbers, ")} bytes, saved but not trained`);
  return lines.join("\n");
}

function asTensor(model: Summarized, input: SummaryInput): Tensor {
  if (input instanceof Tensor) return input;
  const like = model.parameters()[0];
  return zeros(input, like && { dtype: like.dtype, backend: like.backend });
}

/** The output shapes of each module's last call. */
function shapesOfCalls(model: Summarized, inputs: readonly Tensor[]): Map<Summarized, string[]> {
  const modes = model.modules().map((module) => [module, module.isTraining] as const);
  const calls = new Map<Summarized, string[]>();
  const observer: CallObserver = (module, _inputs, outputs) => {
    calls.set(module as Summarized, shapesIn(outputs));
  };
  callObservers.add(observer);
  try {
    for (const [module] of modes) module.isTraining = false;
    noGrad(() => model.forward(...(inputs as never[])));
  } finally {
    callObservers.delete(observer);
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  }
  return calls;
}

function shapesIn(outputs: unknown): string[] {
  if (outputs instanceof Tensor) return [formatShape(outputs.shape)];
  if (typeof outputs !== "object" || outputs === null) return [];
  return Object.values(outputs).flatMap(shapesIn);
}

/** Parameters and buffers that no child holds. */
function ownTensors(module: Summarized): Tensor[] {
  const inChildren = new Set<Tensor>();
  for (const child of module.children().values())
    for (const tensor of [...child.parameters(), ...child.namedBuffers().values()])
      inChildren.add(tensor);
  return [...module.parameters(), ...module.namedBuffers().values()].filter(
    (tensor) => !inChildren.has(tensor),
  );
}

function sizes(tensors: readonly Tensor[]): [elements: string, bytes: string] {
  let [elements, bytes] = [0, 0];
  for (const { elementCount, dtype } of tensors) {
    elements += elementCount;
    bytes += elementCount * dtypes[dtype].bytesPerElement;
  }
  return [withCommas(elements), withCommas(bytes)];
}

const withCommas = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

/** Columns of text; numbers, the last two, to the right. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((cell, i) => (i < 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
}
