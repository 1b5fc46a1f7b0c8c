/** What a page asked of WebGPU, totals since it began. */
export interface GpuCalls {
  readonly dispatches: number;
  readonly submissions: number;
  /** Host to device, by `writeBuffer` and buffers mapped at creation. */
  readonly uploadedBytes: number;
  /** Device to host: what was mapped for reading. */
  readonly readBytes: number;
  /** Copied between buffers. */
  readonly copiedBytes: number;
  /** Storage bound by the dispatches: the most that they can have read and written. */
  readonly boundBytes: number;
}

export interface AdapterName {
  readonly adapter?: string;
  /** Software, or hardware far slower than it should be: nobody is ranked on it. */
  readonly isFallback?: boolean;
}

interface GpuWatch {
  /** None where the engine has no WebGPU. */
  readonly totals: () => GpuCalls | undefined;
  /** The adapter that the library took. */
  readonly adapter: () => AdapterName;
}

type Method = (this: object, ...args: never[]) => unknown;
type Totals = { -readonly [Name in keyof GpuCalls]: GpuCalls[Name] };

const storageUsage = 0x80;
const mapReadUsage = 0x1;

/**
 * Counts calls on the prototypes of WebGPU's classes, so that every library is counted the same way.
 *
 * Must run before a library makes its device.
 */
export function watchGpuCalls(): GpuWatch {
  const totals: Totals = {
    dispatches: 0,
    submissions: 0,
    uploadedBytes: 0,
    readBytes: 0,
    copiedBytes: 0,
    boundBytes: 0,
  };
  if (typeof GPUDevice === "undefined") return { totals: () => undefined, adapter: () => ({}) };
  let info: GPUAdapterInfo | undefined;
  before(GPUAdapter, "requestDevice", (adapter) => (info = adapter.info));
  watchBindings(totals);
  watchCopies(totals);
  return { totals: () => ({ ...totals }), adapter: () => describe(info) };
}

function watchBindings(totals: Totals): void {
  const groupBytes = new WeakMap<object, number>();
  const boundTo = new WeakMap<object, number[]>();
  after(
    GPUDevice,
    "createBindGroup",
    (group: GPUBindGroup, { entries }: GPUBindGroupDescriptor) => {
      let bytes = 0;
      for (const { resource } of entries) bytes += storageBytes(resource);
      groupBytes.set(group, bytes);
    },
  );
  const { prototype: pass } = GPUComputePassEncoder;
  before(GPUComputePassEncoder, "setBindGroup", (encoder, slot: number, group: GPUBindGroup) => {
    const slots = boundTo.get(encoder) ?? [];
    boundTo.set(encoder, slots);
    slots[slot] = group === null ? 0 : groupBytes.get(group)!;
  });
  for (const name of ["dispatchWorkgroups", "dispatchWorkgroupsIndirect"] as const)
    if (name in pass)
      before(GPUComputePassEncoder, name, (encoder) => {
        totals.dispatches++;
        for (const bytes of boundTo.get(encoder) ?? []) totals.boundBytes += bytes;
      });
}

function storageBytes(resource: GPUBindingResource): number {
  if (resource instanceof GPUBuffer) return resource.usage & storageUsage ? resource.size : 0;
  if (!("buffer" in resource) || !(resource.buffer.usage & storageUsage)) return 0;
  return resource.size ?? resource.buffer.size - (resource.offset ?? 0);
}

function watchCopies(totals: Totals): void {
  before(GPUQueue, "submit", () => totals.submissions++);
  before(GPUQueue, "writeBuffer", (_, ...args: Parameters<GPUQueue["writeBuffer"]>) => {
    const [, , data, offset = 0, size] = args;
    const unit = ArrayBuffer.isView(data) && "BYTES_PER_ELEMENT" in data ? elementBytes(data) : 1;
    totals.uploadedBytes += size === undefined ? data.byteLength - offset * unit : size * unit;
  });
  after(GPUBuffer, "getMappedRange", (range: ArrayBuffer, _offset, _size, buffer: GPUBuffer) => {
    const key = buffer.usage & mapReadUsage ? "readBytes" : "uploadedBytes";
    totals[key] += range.byteLength;
  });
  before(GPUCommandEncoder, "copyBufferToBuffer", (_, ...args: unknown[]) => {
    // (source, sourceOffset, target, targetOffset, size), or without the offsets.
    const source = args[0] as GPUBuffer;
    const size = typeof args[1] === "number" ? args[4] : args[2];
    totals.copiedBytes += (size as number | undefined) ?? source.size;
  });
}

const elementBytes = (data: object): number =>
  (data as { readonly BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT;

function before<Type extends { prototype: object }>(
  { prototype }: Type,
  name: keyof Type["prototype"] & string,
  seen: (self: Type["prototype"], ...args: never[]) => void,
): void {
  replace(prototype, name, (original, self, args) => {
    seen(self, ...args);
    return original.apply(self, args);
  });
}

/** `seen` gets the result, the arguments (padded to two), and the object itself last. */
function after<Type extends { prototype: object }>(
  { prototype }: Type,
  name: keyof Type["prototype"] & string,
  seen: (result: never, ...args: never[]) => void,
): void {
  replace(prototype, name, (original, self, args) => {
    const result = original.apply(self, args);
    seen(result as never, args[0] as never, args[1] as never, self as never);
    return result;
  });
}

function replace(
  prototype: object,
  name: string,
  wrapped: (original: Method, self: object, args: never[]) => unknown,
): void {
  const methods = prototype as Record<string, Method>;
  const original = methods[name]!;
  methods[name] = function (this: object, ...args: never[]) {
    return wrapped(original, this, args);
  };
}

function describe(info: GPUAdapterInfo | undefined): AdapterName {
  if (info === undefined) return {};
  const { vendor, architecture, description } = info;
  const words = [vendor, architecture, description].filter((word) => word !== "");
  return { adapter: words.join(" ") || "unnamed", isFallback: info.isFallbackAdapter };
}

/** Per step, between two readings. */
export function callsPerStep([from, to]: readonly [GpuCalls, GpuCalls], steps: number): GpuCalls {
  const difference = (name: keyof GpuCalls): number => (to[name] - from[name]) / steps;
  return {
    dispatches: difference("dispatches"),
    submissions: difference("submissions"),
    uploadedBytes: difference("uploadedBytes"),
    readBytes: difference("readBytes"),
    copiedBytes: difference("copiedBytes"),
    boundBytes: difference("boundBytes"),
  };
}
