import { bufferUsage, mapModeRead } from "./gpu-constants.ts";
import { workgroupSize } from "./reduce-plan.ts";

const groupCount = 16;

const code = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> placed: atomic<u32>;
@compute @workgroup_size(${workgroupSize})
fn main(@builtin(local_invocation_index) local: u32, @builtin(subgroup_size) subgroup_size: u32) {
var is_placed = true;
for (var reach = 1u; reach < subgroup_size; reach <<= 1u) {
let found = subgroupShuffleXor(local, reach);
is_placed = is_placed && found == (local ^ reach);
}
if (is_placed) { atomicAdd(&placed, 1u); }
}
`;

/**
 * Whether a subgroup is a run of neighbouring invocations, in their order, so that a shuffle reaches
 * the invocation it names. WGSL promises nothing of the kind, though devices keep to it: asked once,
 * of the device itself.
 */
export async function hasOrderedSubgroups(device: GPUDevice): Promise<boolean> {
  if (!device.features.has("subgroups")) return false;
  const usage = bufferUsage.storage | bufferUsage.copySource;
  const placed = device.createBuffer({ size: 4, usage });
  const answer = device.createBuffer({
    size: 4,
    usage: bufferUsage.mapRead | bufferUsage.copyTarget,
  });
  try {
    device.pushErrorScope("validation");
    const pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(
      0,
      device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [{ binding: 0, resource: { buffer: placed } }],
      }),
    );
    pass.dispatchWorkgroups(groupCount);
    pass.end();
    encoder.copyBufferToBuffer(placed, 0, answer, 0, 4);
    device.queue.submit([encoder.finish()]);
    if ((await device.popErrorScope()) !== null) return false;
    await answer.mapAsync(mapModeRead);
    return new Uint32Array(answer.getMappedRange())[0] === workgroupSize * groupCount;
  } catch {
    return false; // The device is lost, which every later call says.
  } finally {
    placed.destroy();
    answer.destroy();
  }
}
