import type { BufferHandle, DType, Layout } from "@dl/backend";
import type { Storage, Stored } from "./storage.ts";
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
  fill(storage: Storage, shift = 0): void {
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
  private readonly stored: Stored;
  private readonly isAlone: boolean;
  /** Whose they once were, if not any more when the step was recorded. */
  private readonly former: Stored["successor"];

  constructor(place: Place, readers: ReadonlySet<Stored>) {
    this.place = place;
    this.stored = [...readers][0]!;
    this.isAlone = readers.size === 1;
    const { successor } = this.stored;
    this.former = successor?.value?.stored === this.stored ? undefined : successor;
  }

  /** Where they are now that the tensor may have been assigned others; `undefined` if that cannot be told. */
  get current(): Storage | undefined {
    const { stored } = this;
    const { successor } = stored;
    if (successor === undefined || successor === this.former) return stored.storage;
    const next = successor.value?.stored;
    if (next === undefined || !this.isAlone) return undefined;
    const isAlike = next.layout === stored.layout && next.offset === stored.offset;
    return isAlike && next.storage.backend === stored.storage.backend ? next.storage : undefined;
  }
}
