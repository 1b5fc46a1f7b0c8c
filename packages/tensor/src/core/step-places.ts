import type { BufferHandle, DType, Layout } from "@dl/backend";
import type { Rebindable } from "./step-recorder.ts";
import type { Storage, Stored } from "./storage.ts";
import { store } from "./store.ts";
import type { TensorValue } from "./tensor-value.ts";

/** What a replayed program reads. */
export interface ReplayedBinding {
  buffer: BufferHandle;
  offset: number;
}

/** A storage of the recorded step that is another in each replay. */
export class Place {
  /** Computed by the step, not given to it. */
  readonly isProduced: boolean;
  readonly byteLength: number;
  /** Elements of an earlier replay that nobody else sees: the next may write there again. */
  spare: TensorValue | undefined;
  /** `undefined` until filled, so that what a recording computed can be collected. */
  storage: Storage | undefined;
  private readonly reads: { readonly binding: ReplayedBinding; readonly offset: number }[] = [];
  private readonly writes: { readonly outputs: BufferHandle[]; readonly at: number }[] = [];

  constructor(storage: Storage, isProduced: boolean) {
    this.storage = isProduced ? undefined : storage;
    this.isProduced = isProduced;
    this.byteLength = storage.buffer.byteLength;
  }

  readBy(binding: ReplayedBinding): void {
    this.reads.push({ binding, offset: binding.offset });
  }

  writtenBy(outputs: BufferHandle[], at: number): void {
    this.writes.push({ outputs, at });
  }

  /** `shift`: how many elements further in than recorded. */
  put(storage: Storage, shift = 0): void {
    this.storage = storage;
    const { buffer } = storage;
    for (const { binding, offset } of this.reads) {
      binding.buffer = buffer;
      binding.offset = offset + shift;
    }
    for (const { outputs, at } of this.writes) outputs[at] = buffer;
  }
}

/** Elements that are given to the step or come out of it. */
export interface Elements {
  readonly place: Place;
  readonly dtype: DType;
  readonly layout: Layout;
  readonly offset: number;
}

/** Elements that the step reads without changing them. */
export class Constant {
  readonly place: Place;
  /** Tensors from outside that stood for them; none where the step makes them itself. */
  private readonly owners: readonly (readonly [Rebindable, Stored])[];

  constructor(place: Place, owners: readonly (readonly [Rebindable, Stored])[]) {
    this.place = place;
    this.owners = owners;
  }

  /** Where they are now that the tensor may have been assigned others; `undefined` if that cannot be told. */
  current(): Storage | undefined {
    const [owner, ...others] = this.owners;
    if (owner === undefined) return this.place.storage;
    if (others.length > 0)
      return this.owners.every(([tensor, stored]) => tensor.value.stored === stored)
        ? owner[1].storage
        : undefined;
    const [tensor, before] = owner;
    const { storage, layout, offset } = store(tensor.value);
    const isAlike =
      layout === before.layout &&
      offset === before.offset &&
      storage.backend === before.storage.backend;
    return isAlike ? storage : undefined;
  }
}
