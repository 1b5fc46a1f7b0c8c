import { contiguousLayout, formatShape } from "@dl/backend";
import { applyOne } from "../core/primitives.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkTensor } from "./check-operands.ts";
import { formatElements } from "./format-elements.ts";

/** From this many elements on, the middle of long axes is left out. */
const summaryThreshold = 1000;
/** Elements shown at either end of an axis whose middle is left out. */
const edgeCount = 3;
const lineWidth = 80;

/**
 * The elements as text in columns, with four digits; only the edges past 1000 elements.
 *
 * @example
 * await format(tensor([[1, 2.5], [-3, 4]])); // => "[[ 1. ,  2.5],\n [-3. ,  4. ]]"
 */
export async function format(x: Tensor): Promise<string> {
  checkTensor("format", x);
  if (x.elementCount === 0) return x.ndim === 1 ? "[]" : `[] of shape ${formatShape(x.shape)}`;
  const isSummary = x.elementCount > summaryThreshold;
  const shown = isSummary ? edgesOf(x) : x;
  const texts = formatElements(await shown.data(), x.dtype);
  const { strides } = contiguousLayout(shown.shape);
  const isCut = (axis: number): boolean => shown.shape[axis]! < x.shape[axis]!;

  const write = (axis: number, offset: number): string => {
    if (axis === x.ndim) return texts[offset]!;
    const parts = Array.from({ length: shown.shape[axis]! }, (_, i) =>
      write(axis + 1, offset + i * strides[axis]!),
    );
    if (isCut(axis)) parts.splice(edgeCount, 0, "...");
    const indent = " ".repeat(axis + 1);
    if (axis === x.ndim - 1) return `[${wrap(parts, indent)}]`;
    const gap = "\n".repeat(x.ndim - 1 - axis);
    return `[${parts.join(`,${gap}${indent}`)}]`;
  };
  return write(0, 0);
}

/** Both ends of every long axis, so that a summary of a large tensor reads little. */
function edgesOf(x: Tensor): Tensor {
  let result = x;
  for (let axis = 0; axis < x.ndim; axis++) {
    const size = x.shape[axis]!;
    if (size <= 2 * edgeCount) continue;
    const [first, last] = [0, size - edgeCount].map((start) =>
      applyOne("slice", [result], {
        starts: result.shape.map((_, i) => (i === axis ? start : 0)),
        sizes: result.shape.map((full, i) => (i === axis ? edgeCount : full)),
        steps: result.shape.map(() => 1),
      }),
    );
    result = applyOne("concatenate", [first!, last!], { axis });
  }
  return result;
}

/** Joined by commas, continued on the next line where the line would grow too long. */
function wrap(parts: readonly string[], indent: string): string {
  let text = "";
  let column = indent.length;
  parts.forEach((part, i) => {
    const piece = i === 0 ? part : `, ${part}`;
    if (i > 0 && column + piece.length > lineWidth) {
      text += `,\n${indent}${part}`;
      column = indent.length + part.length;
    } else {
      text += piece;
      column += piece.length;
    }
  });
  return text;
}
