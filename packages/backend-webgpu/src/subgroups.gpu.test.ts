import {
  contiguousLayout,
  elementCount,
  input,
  internLayout,
  reduceProgram,
  type InputSpec,
  type ReduceOp,
  type ReduceProgram,
} from "@dl/backend";
import { reference } from "@dl/backend-reference";
import { describe, expect, onTestFinished, test } from "vitest";
import { webgpu, type WebgpuBackend, type WebgpuOptions } from "./index.ts";
import { close, exact, expectClose, runOn, sampleElements } from "../test/against-reference.ts";

async function opened(options: WebgpuOptions): Promise<WebgpuBackend> {
  const backend = await webgpu(options);
  onTestFinished(() => backend.dispose());
  return backend;
}

/**
 * A device whose subgroups have a size of our choice: shuffles go through workgroup memory.
 * `owner(lane)` is the invocation that stands at a place of its workgroup, itself when absent.
 */
async function emulated(size: number, owner = "lane"): Promise<WebgpuOptions> {
  const { create } = (await import("webgpu")) as unknown as { create(flags: string[]): GPU };
  const gpu = create([]);
  const device = await (await gpu.requestAdapter())!.requestDevice({
    requiredFeatures: ["subgroups"],
  });
  const createShaderModule = device.createShaderModule.bind(device);
  const emulation = `const subgroup_size = ${size}u;
var<workgroup> exchanged: array<u32, 256>;
fn owner(lane: u32) -> u32 { return ${owner}; }
fn shuffleXor(local: u32, value: u32, reach: u32) -> u32 {
  workgroupBarrier();
  exchanged[owner(local)] = value;
  workgroupBarrier();
  return exchanged[owner(local) ^ reach];
}
`;
  device.createShaderModule = ({ code }): GPUShaderModule =>
    createShaderModule({
      code: code
        .replace("enable subgroups;", emulation)
        .replace(", @builtin(subgroup_size) subgroup_size: u32", "")
        .replaceAll("subgroupShuffleXor(", "shuffleXor(local, "),
    });
  onTestFinished(() => device.destroy());
  return { device, gpu };
}

const float = (shape: readonly number[], strides?: readonly number[]): InputSpec => ({
  dtype: "float32",
  layout: strides === undefined ? contiguousLayout(shape) : internLayout(shape, strides),
});

function reduction(
  op: ReduceOp,
  shape: readonly number[],
  axis: number,
  strides?: readonly number[],
): ReduceProgram {
  return reduceProgram({
    op,
    shape,
    axes: [axis],
    inputs: [float(shape, strides)],
    parameters: [],
    value: input(0, "float32"),
    epilogue: undefined,
  });
}

async function expectRight(backend: WebgpuBackend): Promise<void> {
  for (const [shape, axis, strides] of [
    [[1], 0],
    [[3, 9], 1],
    [[7, 100], 1],
    [[600], 0],
    [[20_000], 0],
    [[40, 6], 0],
    [[300, 70], 0],
    [[60, 7], 0, [1, 60]],
  ] as const)
    for (const op of ["sum", "argmin"] as const) {
      const elements = sampleElements("float32", elementCount(shape));
      if (op !== "sum" && elements.length > 100) elements[91] = NaN;
      const program = reduction(op, shape, axis, strides);
      const [ours] = await runOn(backend, program, [{ elements }]);
      const [theirs] = await runOn(reference(), program, [{ elements }]);
      expectClose(ours!, theirs!, op === "sum" ? { ...close, absolute: 1e-4 } : exact);
    }
}

describe("reductions within subgroups", () => {
  test("are used where the device has subgroups, unless refused", async () => {
    const backend = await opened({});
    expect(backend.adapterInfo.features).toContain("subgroups");
    expect(backend.adapterInfo.usesSubgroups).toBe(true);
    expect(backend.info).toContain("subgroups");
    const without = await opened({ subgroups: false });
    expect(without.adapterInfo.usesSubgroups).toBe(false);
    expect(without.info).not.toContain("subgroups");
  });

  test.each([1, 8, 16, 32, 64, 128])("of %i invocations", async (size) => {
    const backend = await opened(await emulated(size));
    expect(backend.adapterInfo.usesSubgroups).toBe(true);
    await expectRight(backend);
  });

  test("are left alone where neighbours are not in one subgroup, in order", async () => {
    for (const owner of [
      "(lane & 15u) * 16u + lane / 16u",
      "select(lane, 224u + (lane + 1u) % 32u, lane >= 224u)",
    ]) {
      const backend = await opened(await emulated(32, owner));
      expect(backend.adapterInfo.usesSubgroups, owner).toBe(false);
      await expectRight(backend);
    }
  });
});
