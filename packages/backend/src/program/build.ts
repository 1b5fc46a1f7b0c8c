import { dtypes, type DType } from "../dtype.ts";
import { InternalError } from "../errors.ts";
import { IdTrie } from "../intern.ts";
import type { Scalar } from "../scalar/expression.ts";
import { internShape, type Shape } from "../shape.ts";
import type {
  Epilogue,
  InputSpec,
  MapProgram,
  Program,
  ReduceOp,
  ReduceProgram,
  RoutineProgram,
} from "./program.ts";
import { routineResults } from "./routine-results.ts";
import type { RoutineName, RoutineParameters } from "./routines.ts";
import { validateProgram } from "./validate.ts";

let nextId = 0;
const kinds = new IdTrie<Program>();
const [mapKind, reduceKind, routineKind] = [0, 1, 2];
/** The program interned at `node`, validated when it is first made. */
function intern<P extends Program>(node: IdTrie<Program>, make: (id: number) => P): P {
  if (node.value === undefined) {
    const program = make(nextId);
    validateProgram(program);
    nextId++;
    node.value = program;
  }
  // A path starts with the kind, so what stands at its end is of that kind.
  return node.value as P;
}

function walkInputs(node: IdTrie<Program>, inputs: readonly InputSpec[]): IdTrie<Program> {
  let next = node.child(inputs.length);
  for (const { dtype, layout } of inputs) next = next.child(dtypes[dtype].id).child(layout.id);
  return next;
}

function walkParameters(node: IdTrie<Program>, parameters: readonly DType[]): IdTrie<Program> {
  let next = node.child(parameters.length);
  for (const dtype of parameters) next = next.child(dtypes[dtype].id);
  return next;
}

function walkEpilogue(node: IdTrie<Program>, epilogue: Epilogue | undefined): IdTrie<Program> {
  if (epilogue === undefined) return node.child(-1);
  return walkInputs(node, epilogue.inputs).child(epilogue.value.id);
}

/**
 * The program that computes expressions for every element of a shape.
 *
 * @throws {InternalError} if the values do not fit the inputs, parameters and shape.
 * @example
 * const x = { dtype: "float32", layout: contiguousLayout([3]) };
 * mapProgram([3], [x], [], [scalar.neg(input(0, "float32"))]).kind; // => "map"
 */
export function mapProgram(
  shape: Shape,
  inputs: readonly InputSpec[],
  parameters: readonly DType[],
  values: readonly Scalar[],
): MapProgram {
  const domain = internShape(shape);
  let node = walkParameters(walkInputs(kinds.child(mapKind), inputs), parameters);
  node = node.child(domain.length).at(domain);
  for (const value of values) node = node.child(value.id);
  return intern<MapProgram>(node, (id) => ({
    kind: "map",
    id,
    shape: domain,
    inputs: [...inputs],
    parameters: [...parameters],
    values: [...values],
    outputs: values.map(({ dtype }) => ({ dtype, shape: domain })),
  }));
}

const reduceOpIds: { readonly [Op in ReduceOp]: number } = {
  sum: 0,
  prod: 1,
  max: 2,
  min: 3,
  argmax: 4,
  argmin: 5,
  hypot: 6,
};

/** The parts of a reduce program: what {@link reduceProgram} is given. */
export interface ReduceDescription {
  readonly op: ReduceOp;
  readonly shape: Shape;
  readonly axes: readonly number[];
  readonly inputs: readonly InputSpec[];
  readonly parameters: readonly DType[];
  readonly value: Scalar;
  readonly epilogue: Epilogue | undefined;
}

/**
 * Type of a reduction's result before its epilogue.
 *
 * @example
 * reduceResultDType("argmax", input(0, "float32")); // => "int32"
 */
export function reduceResultDType(op: ReduceOp, value: Scalar): DType {
  return op === "argmax" || op === "argmin" ? "int32" : value.dtype;
}

/**
 * The domain's shape without the reduced axes.
 *
 * @example
 * reducedShape([2, 3, 4], [0, 2]); // => [3]
 */
export function reducedShape(shape: Shape, axes: readonly number[]): Shape {
  return internShape(shape.filter((_, axis) => !axes.includes(axis)));
}

/**
 * The program that folds an expression over some axes of a shape.
 *
 * @throws {InternalError} if the parts do not fit each other.
 * @example
 * const [shape, value] = [internShape([2, 3]), input(0, "float32")];
 * const inputs = [{ dtype: "float32", layout: contiguousLayout(shape) }];
 * const sum = { op: "sum", shape, axes: [1], inputs, parameters: [], value, epilogue: undefined };
 * reduceProgram(sum).outputs[0].shape; // => [2]
 */
export function reduceProgram(description: ReduceDescription): ReduceProgram {
  const { op, axes, inputs, parameters, value, epilogue } = description;
  const domain = internShape(description.shape);
  let node = walkParameters(walkInputs(kinds.child(reduceKind), inputs), parameters);
  node = node.child(domain.length).at(domain).child(reduceOpIds[op]).child(value.id);
  node = walkEpilogue(node.child(axes.length).at(axes), epilogue);
  return intern<ReduceProgram>(node, (id) => ({
    kind: "reduce",
    id,
    op,
    shape: domain,
    axes: [...axes],
    value,
    inputs: [...inputs, ...(epilogue?.inputs ?? [])],
    domainInputs: inputs.length,
    parameters: [...parameters],
    epilogue,
    outputs: [
      {
        dtype: epilogue?.value.dtype ?? reduceResultDType(op, value),
        shape: reducedShape(domain, axes),
      },
    ],
  }));
}

type SettingsValue = number | string | boolean | readonly SettingsValue[];
const wordIds = new Map<string, number>();

function wordId(word: string): number {
  let id = wordIds.get(word);
  if (id === undefined) {
    id = wordIds.size;
    wordIds.set(word, id);
  }
  return id;
}

/** Settings come as fresh objects with each dispatch, so equal ones lead to the same node. */
function walkSettings(node: IdTrie<Program>, settings: object): IdTrie<Program> {
  let next = node;
  for (const key of Object.keys(settings)) {
    const value = (settings as Readonly<Record<string, SettingsValue>>)[key]!;
    next = walkValue(next.child(wordId(key)), value);
  }
  return next.child(-1);
}

function walkValue(node: IdTrie<Program>, value: SettingsValue): IdTrie<Program> {
  if (typeof value === "number")
    // A Map does not tell -0 from 0.
    return node.child(value).child(Object.is(value, -0) ? 1 : 0);
  if (typeof value === "string") return node.child(wordId(value));
  if (typeof value === "boolean") return node.child(value ? 1 : 0);
  let next = node.child(value.length);
  for (const element of value) next = walkValue(next, element);
  return next;
}

const routineIds = new Map<RoutineName, number>();

/**
 * The program that runs a routine, with an expression upon its result where one is given.
 *
 * @throws {InternalError} if inputs or epilogue do not fit the routine.
 * @example
 * const layout = contiguousLayout([2, 2]);
 * const matrices = [{ dtype: "float32", layout }, { dtype: "float32", layout }];
 * routineProgram("matmul", {}, matrices).result.shape; // => [2, 2]
 */
export function routineProgram<Name extends RoutineName>(
  routine: Name,
  settings: RoutineParameters[Name],
  inputs: readonly InputSpec[],
  parameters: readonly DType[] = [],
  epilogue?: Epilogue,
): RoutineProgram<Name> {
  let routineId = routineIds.get(routine);
  if (routineId === undefined) {
    routineId = routineIds.size;
    routineIds.set(routine, routineId);
  }
  let node = walkInputs(kinds.child(routineKind).child(routineId), inputs);
  node = walkEpilogue(walkParameters(walkSettings(node, settings), parameters), epilogue);
  return intern<RoutineProgram<Name>>(node, (id) => {
    const results = routineResults(routine, inputs, settings);
    const result = results[0]!;
    if (epilogue !== undefined && results.length > 1)
      throw new InternalError(routine, "has several results and takes no epilogue.");
    return {
      kind: "routine",
      id,
      routine,
      settings,
      inputs: [...inputs, ...(epilogue?.inputs ?? [])],
      routineInputs: inputs.length,
      parameters: [...parameters],
      result,
      epilogue,
      outputs:
        epilogue === undefined ? results : [{ dtype: epilogue.value.dtype, shape: result.shape }],
    };
  });
}
