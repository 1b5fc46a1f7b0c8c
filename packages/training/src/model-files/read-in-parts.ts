import type { Tensor } from "@dl/tensor";

/** A tensor's numbers from its device, row by row, so many at a time: as long as one part copies, nothing else runs. */
export async function* readInParts(
  x: Tensor,
  elements: number,
): AsyncGenerator<Awaited<ReturnType<Tensor["data"]>>> {
  const flat = x.flatten();
  for (let start = 0; start < flat.elementCount; start += elements) {
    const part = flat.narrow(0, start, Math.min(elements, flat.elementCount - start));
    const numbers = await part.data();
    part.dispose();
    yield numbers;
  }
  flat.dispose();
}
