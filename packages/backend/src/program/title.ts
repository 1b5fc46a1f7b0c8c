import { topologicalOrder, type Scalar } from "../scalar/expression.ts";
import { formatShape } from "../shape.ts";
import type { Program } from "./program.ts";

/**
 * A program in a few words, for lists of them: what it does to which shapes, and the instructions it
 * applies. `formatProgram` has the rest.
 *
 * @example
 * programTitle(mapProgram([2, 3], [], [], [scalar.neg(scalar.cast(index(), "float32"))])); // => "map [2, 3] cast neg"
 */
export function programTitle(program: Program): string {
  switch (program.kind) {
    case "map":
      return `map ${formatShape(program.shape)} ${instructionsOf(program.values) || "copy"}`;
    case "reduce": {
      const value = instructionsOf([program.value]);
      const of = value === "" ? "" : ` of ${value}`;
      return `${program.op} ${formatShape(program.shape)} over ${formatShape(program.axes)}${of}${afterwards(program)}`;
    }
    case "routine": {
      const operands = program.inputs
        .slice(0, program.routineInputs)
        .map(({ layout }) => formatShape(layout.shape));
      return `${program.routine} ${operands.join(" ")} -> ${formatShape(program.result.shape)}${afterwards(program)}`;
    }
  }
}

function afterwards({ epilogue }: Exclude<Program, { kind: "map" }>): string {
  const instructions = epilogue === undefined ? "" : instructionsOf([epilogue.value]);
  return instructions === "" ? "" : ` then ${instructions}`;
}

/** Each once, as they are first needed. */
function instructionsOf(values: readonly Scalar[]): string {
  const applied = topologicalOrder(values).flatMap((node) =>
    node.kind === "apply" ? [node.op] : [],
  );
  return [...new Set(applied)].join(" ");
}
