import {
  BackendError,
  contiguousLayout,
  routineProgram,
  type DType,
  type RoutineProgram,
} from "@dl/backend";
import { expect, test } from "vitest";
import { bothBackends, runOn } from "../../test/against-reference.ts";

const spec = (shape: readonly number[], dtype: DType = "float32") => ({
  dtype,
  layout: contiguousLayout(shape),
});

const size = 5;
const count = 11;
const table = spec([3, size]);
const list = spec([count], "int32");
const grid = spec([3, count], "int32");
const programs: readonly (readonly [RoutineProgram, indexCount: number])[] = [
  [routineProgram("gather", { axis: 1 }, [table, grid]), 3 * count],
  [routineProgram("scatter", { axis: 1, mode: "add" }, [table, grid, spec([3, count])]), 3 * count],
  [
    routineProgram("scatter", { axis: 1, mode: "replace" }, [table, grid, spec([3, count])]),
    3 * count,
  ],
  [routineProgram("indexSelect", { axis: 1 }, [table, list]), count],
  [routineProgram("indexAdd", { axis: 1 }, [table, list, spec([3, count])]), count],
];

test.each(programs)("%o refuses indices out of range as the reference does", async (program, n) => {
  const { fast, slow } = await bothBackends();
  const inputs = (bad: number, position: number) =>
    program.inputs.map(({ layout }, slot) => ({
      elements: Array.from({ length: layout.elementCount }, (_, i) =>
        slot === 1 ? (i === position ? bad : i % size) : i,
      ),
    }));
  for (const bad of [size, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 29])
    for (const position of [0, 6, n - 1]) {
      const failure = (backend: typeof fast) =>
        runOn(backend, program, inputs(bad, position)).catch((error: unknown) => error);
      const error = await failure(fast);
      expect(error).toBeInstanceOf(BackendError);
      expect(error).toEqual(await failure(slow));
    }
  const [actual] = await runOn(fast, program, inputs(0, 0));
  const [expected] = await runOn(slow, program, inputs(0, 0));
  expect([...(actual as Float32Array)]).toEqual([...(expected as Float32Array)]);
});

test("nothing is written where an index is out of range", async () => {
  const { fast } = await bothBackends();
  const program = routineProgram("scatter", { axis: 0, mode: "replace" }, [
    spec([4]),
    spec([2], "int32"),
    spec([2]),
  ]);
  const buffer = (elements: Float32Array | Int32Array) => {
    const handle = fast.allocate(elements.byteLength);
    fast.write(handle, new Uint8Array(elements.buffer));
    return handle;
  };
  const inputs = [Float32Array.of(1, 2, 3, 4), Int32Array.of(0, -9), Float32Array.of(5, 6)];
  const bindings = inputs.map((elements) => ({ buffer: buffer(elements), offset: 0 }));
  const output = buffer(Float32Array.of(7, 7, 7, 7));
  expect(() => fast.dispatch(fast.compile(program), bindings, [output], [])).toThrow(
    "scatter: index -9 is out of range for an axis of 4.",
  );
  const bytes = await fast.read(output);
  expect([...new Float32Array(bytes.buffer)]).toEqual([7, 7, 7, 7]);
});
