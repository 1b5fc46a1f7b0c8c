import type { DType } from "@dl/backend";
import type { UniformRoom } from "./commands.ts";
import { computeStage } from "./gpu-constants.ts";
import type { Operand } from "./memory/buffer-pool.ts";
import type { KernelBinding, KernelSource, UniformWord } from "./kernel-builder.ts";
import { sharedBindings, type SharedBuffer } from "./shared-buffers.ts";

const mostGroups = 65535;
/** Bind groups kept for each kernel: training steps come back to the same buffers. */
const keptGroups = 16;

/** A pipeline, and the fault that comes later if the device refuses it. */
interface BuiltPipeline {
  readonly pipeline: GPUComputePipeline;
  fault: Error | undefined;
}

/** A kernel ready to run: a pipeline, shared by its text, and this program's uniform words. */
export class Kernel {
  readonly built: BuiltPipeline;
  readonly bindings: readonly KernelBinding[];
  readonly packs: KernelSource["packs"];
  readonly groupCount: number;
  readonly groups: readonly [number, number];
  /** Uniform words with those that are fixed filled in. */
  readonly template: Uint32Array;
  /** Whether it may find an index outside its axis. */
  readonly checksIndices: boolean;
  readonly #changing: readonly { readonly place: number; readonly word: UniformWord }[];
  readonly #makeGroup: (buffers: readonly GPUBuffer[]) => GPUBindGroup;
  readonly #known: { readonly ids: Int32Array; readonly group: GPUBindGroup }[] = [];
  #nextKnown = 0;

  constructor(
    source: KernelSource,
    built: BuiltPipeline,
    makeGroup: (buffers: readonly GPUBuffer[]) => GPUBindGroup,
  ) {
    this.built = built;
    this.bindings = source.bindings;
    this.packs = source.packs;
    this.groupCount = source.groupCount;
    this.groups = gridOf(source.groupCount);
    this.checksIndices = source.shared.includes("indexFault");
    this.template = new Uint32Array(Math.ceil(source.words.length / 4) * 4);
    source.words.forEach((word, i) => {
      if (word.kind === "fixed") this.template[i] = word.value;
    });
    this.#changing = source.words.flatMap((word, place) =>
      word.kind === "fixed" ? [] : [{ place, word }],
    );
    this.#makeGroup = makeGroup;
  }

  fillWords(
    { words, floats, start }: UniformRoom,
    operands: readonly Operand[],
    scalars: readonly number[],
  ): void {
    words.set(this.template, start);
    for (const { place, word } of this.#changing)
      if (word.kind === "offset") words[start + place] = operands[word.operand]!.offset;
      else if (word.kind === "scalar") {
        const value = scalars[word.slot]!;
        if (word.dtype === "float32") floats[start + place] = value;
        else words[start + place] = integerWord(value, word.dtype);
      }
  }

  bindGroup(operands: readonly Operand[]): GPUBindGroup {
    const { bindings } = this;
    const known = this.#known.find(({ ids }) =>
      bindings.every(({ operand }, i) => ids[i] === operands[operand]!.block.id),
    );
    if (known !== undefined) return known.group;
    const blocks = bindings.map(({ operand }) => operands[operand]!.block);
    const group = this.#makeGroup(blocks.map(({ gpuBuffer }) => gpuBuffer));
    this.#known[this.#nextKnown] = { ids: Int32Array.from(blocks, ({ id }) => id), group };
    this.#nextKnown = (this.#nextKnown + 1) % keptGroups;
    return group;
  }
}

function integerWord(value: number, dtype: DType): number {
  return dtype === "bool" ? (value === 0 ? 0 : 1) : value;
}

/** Workgroups over two dimensions where one does not hold them; a few may be too many. */
export function gridOf(count: number): [number, number] {
  if (count <= mostGroups) return [count, 1];
  const rows = Math.ceil(count / mostGroups);
  return [Math.ceil(count / rows), rows];
}

/** Pipelines by their WGSL text. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #uniforms: GPUBuffer;
  readonly #shared: Readonly<Record<SharedBuffer, GPUBuffer>>;
  readonly #pipelines = new Map<string, BuiltPipeline>();
  readonly #layouts = new Map<string, { group: GPUBindGroupLayout; pipeline: GPUPipelineLayout }>();

  constructor(
    device: GPUDevice,
    uniforms: GPUBuffer,
    shared: Readonly<Record<SharedBuffer, GPUBuffer>>,
  ) {
    this.#device = device;
    this.#uniforms = uniforms;
    this.#shared = shared;
  }

  /** `refused` is called with what the device has against a new pipeline, if it has. */
  kernel(source: KernelSource, refused: (error: GPUError) => Error): Kernel {
    const layout = this.#layout(source);
    let built = this.#pipelines.get(source.code);
    if (built === undefined) {
      built = this.#build(source.code, layout.pipeline, refused);
      this.#pipelines.set(source.code, built);
    }
    const uniformBytes = Math.ceil(source.words.length / 4) * 16;
    const shared = source.shared.map((name) => this.#shared[name]);
    return new Kernel(source, built, (buffers) =>
      this.#device.createBindGroup({
        layout: layout.group,
        entries: [
          { binding: 0, resource: { buffer: this.#uniforms, size: uniformBytes } },
          ...[...shared, ...buffers].map((buffer, i) => ({
            binding: i + 1,
            resource: { buffer },
          })),
        ],
      }),
    );
  }

  #build(
    code: string,
    layout: GPUPipelineLayout,
    refused: (error: GPUError) => Error,
  ): BuiltPipeline {
    const device = this.#device;
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({
      layout,
      compute: { module, entryPoint: "main" },
    });
    const built: BuiltPipeline = { pipeline, fault: undefined };
    void device.popErrorScope().then(
      (error) => {
        if (error !== null) built.fault = refused(error);
      },
      () => {}, // The device is lost, which every later call says.
    );
    return built;
  }

  #layout({ bindings, shared }: KernelSource) {
    const types: GPUBufferBindingType[] = [
      ...shared.map((name) => sharedBindings[name].type),
      ...bindings.map(({ isWritten }) => (isWritten ? "storage" : ("read-only-storage" as const))),
    ];
    const key = types.join();
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      const group = this.#device.createBindGroupLayout({
        entries: [
          {
            binding: 0,
            visibility: computeStage,
            buffer: { type: "uniform", hasDynamicOffset: true },
          },
          ...types.map((type, i) => ({
            binding: i + 1,
            visibility: computeStage,
            buffer: { type },
          })),
        ],
      });
      layout = {
        group,
        pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [group] }),
      };
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}
