import { UnsupportedError, type OptionKinds } from "@dl/backend";
import { hasOrderedSubgroups } from "./subgroups.ts";

/** Which adapter {@link webgpu} takes and how much of it. */
export interface WebgpuOptions {
  /** Which GPU to ask for where there are several. */
  readonly powerPreference?: "low-power" | "high-performance";
  /** A device the program already has; it is used as it is and not destroyed. */
  readonly device?: GPUDevice;
  /** The adapter to make the device from. */
  readonly adapter?: GPUAdapter;
  /** Where to ask for an adapter: `navigator.gpu` when absent, in Node the package `webgpu`. */
  readonly gpu?: GPU;
  /** Measures programs from the start, by timestamp queries, where the device has them; see `timings()`. */
  readonly profile?: boolean;
  /**
   * Whether reductions may fold within subgroups; `true` when absent. The size of a subgroup decides
   * the order of additions, so without them devices that round alike sum alike.
   */
  readonly subgroups?: boolean;
}

export const webgpuKinds: OptionKinds<WebgpuOptions> = {
  powerPreference: '"low-power"|"high-performance"',
  device: "object",
  adapter: "object",
  gpu: "object",
  profile: "boolean",
  subgroups: "boolean",
};

/** What is known of the device, for reports and for choosing another one. */
export interface WebgpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** Whether this is software, or hardware that is much slower than it should be. */
  readonly isFallback: boolean;
  readonly features: readonly string[];
  /** Whether reductions fold within subgroups. */
  readonly usesSubgroups: boolean;
  readonly limits: Readonly<Record<string, number>>;
}

export interface AcquiredDevice {
  readonly device: GPUDevice;
  readonly info: WebgpuAdapterInfo;
  /** Whether we made the device, and so destroy it. */
  readonly isOwned: boolean;
}

/** What a device came from must outlive it: Dawn in Node crashes when its instance is collected first. */
const sources = new WeakMap<GPUDevice, GPU | GPUAdapter>();

/** Asked for where the adapter has them. */
const usefulFeatures = ["subgroups", "timestamp-query", "shader-f16"] as const;

/** Limits that decide what fits; the default of the specification is far below most adapters. */
const raisedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/** @throws {UnsupportedError} saying why there is no device and what to do. */
export async function acquireDevice(options: WebgpuOptions): Promise<AcquiredDevice> {
  if (options.device !== undefined) {
    const { device } = options;
    return { device, info: await describe(device.adapterInfo, device, options), isOwned: false };
  }
  const source = options.adapter ?? options.gpu ?? (await findGpu());
  const adapter = options.adapter ?? (await requestAdapter(source as GPU, options));
  const requiredLimits: Record<string, number> = {};
  for (const name of raisedLimits) requiredLimits[name] = adapter.limits[name];
  const requiredFeatures = usefulFeatures.filter((name) => adapter.features.has(name));
  let device: GPUDevice;
  try {
    device = await adapter.requestDevice({ requiredFeatures, requiredLimits, label: "dl" });
  } catch (error) {
    throw unsupported(
      `the adapter gave no device: ${error instanceof Error ? error.message : String(error)}. An adapter gives one device only: ask for a new one, or close other pages that use the GPU.`,
    );
  }
  sources.set(device, source);
  return { device, info: await describe(adapter.info, device, options), isOwned: true };
}

async function requestAdapter(
  source: GPU,
  { powerPreference }: WebgpuOptions,
): Promise<GPUAdapter> {
  const adapter = await source.requestAdapter({ ...(powerPreference && { powerPreference }) });
  if (adapter === null) throw unsupported(`the engine found no adapter. ${adapterAdvice()}`);
  return adapter;
}

async function findGpu(): Promise<GPU> {
  const known = (globalThis as { navigator?: { gpu?: GPU } }).navigator?.gpu;
  if (known !== undefined && known !== null) return known;
  if (isNode()) return nodeGpu();
  if ((globalThis as { isSecureContext?: boolean }).isSecureContext === false)
    throw unsupported(
      "this page is not a secure context, so it has no navigator.gpu. Serve it over https, or from localhost.",
    );
  throw unsupported(
    "this engine has no navigator.gpu. Use a browser with WebGPU (Chrome or Edge 113, Safari 26, Firefox 141 or newer; on Linux Chrome wants --enable-unsafe-webgpu), or the cpu backend.",
  );
}

let dawn: { create(flags: string[]): GPU } | undefined;

/**
 * Zeros in workgroup memory are written by a loop, as everywhere but on Vulkan: some drivers unroll
 * Vulkan's own way, and SwiftShader then takes three times as long to make a pipeline.
 */
const dawnFlags = ["disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension"];

/** The package is an optional peer, found at run time only, so that bundlers leave it alone. */
async function nodeGpu(): Promise<GPU> {
  const name = "webgpu";
  try {
    dawn ??= (await import(/* @vite-ignore */ name)) as { create(flags: string[]): GPU };
  } catch (error) {
    throw unsupported(
      `Node has no WebGPU of its own, and the package "webgpu" cannot be loaded: ${error instanceof Error ? error.message : String(error)}. Install it with npm install webgpu, or use the cpu backend.`,
    );
  }
  return dawn.create(dawnFlags);
}

function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

function adapterAdvice(): string {
  return isNode()
    ? "Install a Vulkan, Metal or Direct3D 12 driver (VK_ICD_FILENAMES names a Vulkan driver by hand), or use the cpu backend."
    : "Look at chrome://gpu for the reason: the GPU may be blocked, or WebGPU switched off by a flag. The cpu backend works everywhere.";
}

function unsupported(problem: string): UnsupportedError {
  return new UnsupportedError("webgpu", problem);
}

async function describe(
  info: GPUAdapterInfo | undefined,
  device: GPUDevice,
  { subgroups = true }: WebgpuOptions,
): Promise<WebgpuAdapterInfo> {
  const limits: Record<string, number> = {};
  for (const name in device.limits) {
    const value: unknown = device.limits[name as keyof GPUSupportedLimits];
    if (typeof value === "number") limits[name] = value;
  }
  return {
    vendor: info?.vendor ?? "",
    architecture: info?.architecture ?? "",
    description: info?.description ?? "",
    isFallback: info?.isFallbackAdapter ?? false,
    features: [...device.features].toSorted(),
    usesSubgroups: subgroups && (await hasOrderedSubgroups(device)),
    limits,
  };
}
