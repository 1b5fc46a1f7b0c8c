import {
  BackendError,
  contiguousLayout,
  input,
  internLayout,
  mapProgram,
  OutOfMemoryError,
  parameter,
  reduceProgram,
  scalar,
  type Backend,
  type InputSpec,
  type Program,
  type Scalar,
} from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { configure, settings, tensor } from "@dl/tensor";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { acquireDevice } from "./adapter.ts";
import { WebgpuDevice } from "./gpu-device.ts";
import { webgpu, type WebgpuBackend } from "./index.ts";
import { KernelBuilder } from "./kernel-builder.ts";
import { packReads } from "./pack-reads.ts";
import { exact, expectClose, runOn, sampleElements } from "../test/against-reference.ts";

let backend: WebgpuBackend;
beforeAll(async () => {
  backend = await webgpu();
});
afterAll(() => backend.dispose());

const x = input(0, "float32");
const vector: InputSpec = { dtype: "float32", layout: contiguousLayout([4]) };
const square = mapProgram([4], [vector], [], [scalar.mul(x, x)]);
const bytes = (...numbers: number[]): Uint8Array =>
  new Uint8Array(Float32Array.from(numbers).buffer);

async function expectUsable(): Promise<void> {
  const [a, b] = [backend.allocate(16), backend.allocate(16)];
  backend.write(a, bytes(1, 2, 3, 4));
  backend.dispatch(backend.compile(square), [{ buffer: a, offset: 0 }], [b], []);
  expect(new Float32Array((await backend.read(b)).buffer)).toEqual(Float32Array.of(1, 4, 9, 16));
  for (const buffer of [a, b]) backend.free(buffer);
}

test("a loop that never waits for the device is stopped, and goes on once it has waited", async () => {
  const [a, b] = [backend.allocate(16), backend.allocate(16)];
  const executable = backend.compile(square);
  const pending: Promise<void>[] = [];
  const loop = (): void => {
    for (let i = 0; i < 2000; i++) {
      backend.dispatch(executable, [{ buffer: a, offset: 0 }], [b], []);
      pending.push(backend.synchronize());
    }
  };
  expect(loop).toThrow(BackendError);
  expect(pending).toHaveLength(1024);
  expect(loop).toThrow(/1024 submissions .* Await a read or synchronize\(\) now and then\./);
  await Promise.all(pending);
  await expectUsable();
  for (const buffer of [a, b]) backend.free(buffer);
});

test("bytes written without waiting are bounded as well", async () => {
  const size = 2 ** 25;
  const buffer = backend.allocate(size);
  const zeros = new Uint8Array(size);
  const loop = (): void => {
    for (let i = 0; i < 64; i++) backend.write(buffer, zeros);
  };
  expect(loop).toThrow(/1073741824 bytes of writes wait/);
  await backend.synchronize();
  await expectUsable();
  backend.free(buffer);
});

test("memory the device does not have is reported with its bytes and use, and the device goes on", async () => {
  const size = backend.capabilities.maxBufferBytes;
  const buffers = [];
  let error: unknown;
  const program = mapProgram([size / 4], [], ["float32"], [parameter(0, "float32")]);
  const executable = backend.compile(program);
  while (error === undefined && buffers.length < 256) {
    const buffer = backend.allocate(size);
    buffers.push(buffer);
    backend.dispatch(executable, [], [buffer], [1]);
    error = await backend.synchronize().catch((caught: unknown) => caught);
  }
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect((error as Error).message).toContain(`no memory for a buffer of ${size} bytes`);
  expect((error as Error).message).toContain(`\nfor a result of\nmap [${size / 4}](`);
  for (const buffer of buffers) backend.free(buffer);
  await expectUsable();
});

test("a tensor over the limit is named with its bytes, the limit and the program", async () => {
  const limit = backend.capabilities.maxBufferBytes;
  const shape = [1 + limit / 256, 64];
  const budget = settings().memoryBudgetBytes;
  configure({ memoryBudgetBytes: 2 * limit });
  onTestFinished(() => void configure({ memoryBudgetBytes: budget }));
  const asked = tensor([1, 2], { backend }).sum().expand(shape).mul(2);
  const message = `webgpu: a buffer on this device may have at most ${limit} bytes: ${limit + 256} asked for. Use smaller tensors, or the cpu backend.
for a tensor [${shape.join(", ")}] of float32
while running
map [`;
  const error = await asked.data().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(OutOfMemoryError);
  expect(error).toMatchObject({ expected: limit, received: limit + 256 });
  expect((error as Error).message.slice(0, message.length)).toBe(message);
  await expectUsable();
});

test("a kernel the device refuses names its program, then and at each later dispatch", async () => {
  const device = new WebgpuDevice(await acquireDevice({}), false);
  const builder = new KernelBuilder();
  const array = builder.write(0, "f32");
  const kernel = device.kernel(builder.finish(64, 1, `${array}[local] = nothing;`), square);
  const operands = [{ block: device.takeBlock(256), offset: 0 }];
  device.run(kernel, operands, []);
  await expect(device.synchronize()).rejects.toThrow(
    /refuses the kernel of a program: .*nothing[\s\S]*mul x0 x0/,
  );
  expect(() => device.run(kernel, operands, [])).toThrow(BackendError);
  await device.synchronize();
  device.dispose();
});

/** A device as the specification guarantees it: 8 storage buffers. */
async function leastBackend(): Promise<WebgpuBackend> {
  const { create } = (await import("webgpu")) as unknown as { create(flags: string[]): GPU };
  const gpu = create([]);
  const device = await (await gpu.requestAdapter())!.requestDevice();
  return webgpu({ device, gpu });
}

async function expectSameOn(fast: Backend, program: Program): Promise<void> {
  const inputs = program.inputs.map(({ dtype }, i) => ({
    elements: sampleElements(dtype, 64, i + 1),
    offset: i % 5,
  }));
  const ours = await runOn(fast, program, inputs);
  const theirs = await runOn(reference(), program, inputs);
  program.outputs.forEach((_, i) =>
    expectClose(ours[i]!, theirs[i]!, { ...exact, relative: 1e-5, absolute: 1e-5 }),
  );
}

test("programs of more buffers than a device binds run all the same", async () => {
  const least = await leastBackend();
  const shape = [4, 6];
  const layouts = [
    contiguousLayout(shape),
    internLayout(shape, [1, 4]),
    internLayout(shape, [6, 0]),
  ];
  const specs = Array.from({ length: 12 }, (_, i): InputSpec => ({
    dtype: i % 4 === 3 ? "int32" : "float32",
    layout: layouts[i % 3]!,
  }));
  const terms = specs.map(({ dtype }, i): Scalar =>
    scalar.mul(scalar.cast(input(i, dtype), "float32"), (i + 1) / 8),
  );
  const sum = terms.reduce((a, b) => scalar.add(a, b));
  await expectSameOn(least, mapProgram(shape, specs, [], [sum]));
  // As many results as Adam with AMSGrad stores.
  const partial = [2, 5, 8, 11].map((n) => terms.slice(0, n).reduce((a, b) => scalar.add(a, b)));
  await expectSameOn(least, mapProgram(shape, specs, [], partial));
  for (const axes of [[0], [1]])
    await expectSameOn(
      least,
      reduceProgram({
        op: "sum",
        shape,
        axes,
        inputs: specs,
        parameters: [],
        value: sum,
        epilogue: undefined,
      }),
    );
  await least.dispose();
});

test("inputs of one type share a binding only where there are too many", () => {
  const builder = new KernelBuilder();
  const lines = [0, 1, 2].map((i) => `out3[local] = ${builder.read(i, "f32")}[local];`);
  builder.write(3, "f32");
  const source = builder.finish(64, 1, lines.join("\n"));
  expect(packReads(source, 4)).toBe(source);
  const packed = packReads(source, 3);
  expect(packed.packs).toEqual([[0, 1]]);
  expect(packed.bindings.map(({ name }) => name)).toEqual(["in0", "in2", "out3"]);
  expect(packed.code).toContain("@binding(3) var<storage, read_write> out3");
  expect(packed.code).not.toContain("in1");
});
