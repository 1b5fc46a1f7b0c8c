import type { DType } from "../dtype.ts";
import { operands, topologicalOrder, type Scalar } from "../scalar/expression.ts";
import { formatShape } from "../shape.ts";
import type { InputSpec, Program } from "./program.ts";

/**
 * A program as readable text, one instruction a line:
 *
 * ```
 * map [64, 128](x0: float32 {128, 1}, x1: float32 {0, 1})
 *   %0 = add x0 x1
 *   return max %0 0
 * ```
 * Braces hold strides; `p0` is a number given at dispatch.
 *
 * @example
 * const program = mapProgram([2], [], [], [scalar.neg(scalar.cast(index(), "float32"))]);
 * formatProgram(program).split("\n").length; // => 3
 */
export function formatProgram(program: Program): string {
  const domain = (inputs: readonly InputSpec[], first = 0): string =>
    inputs
      .map(({ dtype, layout }, i) => `x${i + first}: ${dtype} {${layout.strides.join(", ")}}`)
      .join(", ");
  const parameters = program.parameters.map((dtype, i) => `p${i}: ${dtype}`).join(", ");
  const tail = parameters === "" ? "" : `; ${parameters}`;
  switch (program.kind) {
    case "map":
      return [
        `map ${formatShape(program.shape)}(${domain(program.inputs)}${tail})`,
        ...body(program.values),
      ].join("\n");
    case "reduce":
      return [
        `${program.op} ${formatShape(program.shape)} over axes ${formatShape(program.axes)}` +
          `(${domain(program.inputs.slice(0, program.domainInputs))}${tail})`,
        ...body([program.value]),
        ...formatEpilogue(program),
      ].join("\n");
    case "routine":
      return [
        `${program.routine} ${formatSettings(program.settings)}(` +
          program.inputs
            .slice(0, program.routineInputs)
            .map(
              ({ dtype, layout }, i) =>
                `x${i}: ${dtype} ${formatShape(layout.shape)} {${layout.strides.join(", ")}}`,
            )
            .join(", ") +
          `${tail}) -> ${formatShape(program.result.shape)}`,
        ...formatEpilogue(program),
      ].join("\n");
  }
}

/** JSON would write -Infinity as null. */
function formatSettings(settings: object): string {
  return JSON.stringify(settings, (_key, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

function formatEpilogue(program: Exclude<Program, { kind: "map" }>): string[] {
  if (program.epilogue === undefined) return [];
  const inputs = program.epilogue.inputs
    .map(({ dtype, layout }, i) => `x${i + 1}: ${dtype} {${layout.strides.join(", ")}}`)
    .join(", ");
  return [
    `  then (x0: the result${inputs === "" ? "" : `, ${inputs}`})`,
    ...body([program.epilogue.value]),
  ];
}

function body(values: readonly Scalar[]): string[] {
  const names = new Map<Scalar, string>();
  const lines: string[] = [];
  const order = topologicalOrder(values);
  const used = new Set(order.flatMap(operands));
  for (const node of order) {
    const text = formatNode(node, names);
    // What is only returned needs no name.
    if (node.kind === "apply" && (used.has(node) || !values.includes(node))) {
      const name = `%${lines.length}`;
      lines.push(`  ${name} = ${text}`);
      names.set(node, name);
    } else names.set(node, text);
  }
  return [...lines, `  return ${values.map((value) => names.get(value)!).join("; ")}`];
}

function formatNode(node: Scalar, names: ReadonlyMap<Scalar, string>): string {
  switch (node.kind) {
    case "input":
      return `x${node.slot}`;
    case "parameter":
      return `p${node.slot}`;
    case "constant":
      return formatConstant(node.value, node.dtype);
    case "index":
      return "index";
    case "custom":
      return names.get(node.value)!;
    case "apply": {
      const target = node.op === "cast" || node.op === "bitcast" ? ` ${node.dtype}` : "";
      return `${node.op}${target} ${node.args.map((arg) => names.get(arg)!).join(" ")}`;
    }
  }
}

function formatConstant(value: number, dtype: DType): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  return Object.is(value, -0) ? "-0" : String(value);
}
