import { contiguousLayout, input, reduceProgram } from "@dl/backend";
import { webgpu } from "../src/index.ts";

/** Sums two rows and posts the result. */
const backend = await webgpu();
const program = reduceProgram({
  op: "sum",
  shape: [2, 3],
  axes: [1],
  inputs: [{ dtype: "float32", layout: contiguousLayout([2, 3]) }],
  parameters: [],
  value: input(0, "float32"),
  epilogue: undefined,
});
const [source, target] = [backend.allocate(24), backend.allocate(8)];
backend.write(source, new Uint8Array(Float32Array.from([1, 2, 3, 4, 5, 6]).buffer));
backend.dispatch(backend.compile(program), [{ buffer: source, offset: 0 }], [target], []);
postMessage([...new Float32Array((await backend.read(target)).buffer)]);
