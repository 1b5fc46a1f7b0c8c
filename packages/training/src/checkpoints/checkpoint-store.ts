import { checkOptions, type Backend, type OptionKinds } from "@dl/backend";
import type { FileSource } from "@dl/formats";
import { checkCount } from "@dl/nn";
import { backendOf, type TrainerState } from "../trainer-state.ts";
import { warnAloud } from "./warning.ts";
import { type CheckpointPlace, type CheckpointWhere, placeOf } from "./checkpoint-place.ts";
import { openState, readState, stateFile } from "./state-file.ts";

/** How many checkpoints a store keeps, and whom it tells of damage. */
export interface CheckpointStoreOptions {
  /** How many of the latest are kept. Default 3. */
  readonly keep?: number;
  /** Told of what is damaged or left behind; `console.warn` unless said. */
  readonly warn?: (message: string) => void;
}

/** What is known of a state that is saved. */
export interface SaveCheckpointOptions {
  /** Whether it is kept as the best beside the latest. Default false. */
  readonly isBest?: boolean;
  /** Plain data to keep beside it. */
  readonly notes?: unknown;
}

const saveKinds: OptionKinds<SaveCheckpointOptions> = {
  isBest: "boolean",
  notes: { what: "plain data", accepts: () => true },
};

const storeKinds: OptionKinds<CheckpointStoreOptions> = { keep: "number", warn: "function" };

/** A state with what is known of it. */
export interface Checkpoint {
  readonly state: TrainerState;
  /** Name of the backend it was made on: on another it goes on, but not to the same bits. */
  readonly backend: string;
  /** What was to be kept beside it: plain data. */
  readonly notes: unknown;
}

const extension = ".checkpoint";
const bestName = `best${extension}`;
const stepPattern = /^step-(\d{12})\.checkpoint$/;

/**
 * Checkpoints of a training in a folder: the last few, and the best.
 *
 * A file is written aside, synced and renamed, so that a crash at any moment leaves the old ones; an old one
 * goes only when a newer one is there. Each part of a file has a checksum (CRC-32, which no single flipped bit
 * passes): a damaged file is named, and the one before it taken. The files are safetensors files.
 *
 * @throws {ArgumentError} for a place that is none, or `keep` below 1.
 * @example
 * const trainer = new Trainer(supervised(model, { loss: crossEntropy, optimizer }), { data: [{ inputs, targets }], epochs: 1 });
 * await trainer.fit();
 * const store = new CheckpointStore(memoryPlace());
 * await store.save(trainer.stateDict());
 * (await store.latest()).state.step; // => 1
 */
export class CheckpointStore {
  readonly #place: CheckpointPlace;
  readonly #keep: number;
  readonly #warn: (message: string) => void;
  #isTidied = false;

  constructor(where: CheckpointWhere, options: CheckpointStoreOptions = {}) {
    const op = "CheckpointStore";
    const { keep = 3, warn = warnAloud } = checkOptions(op, options, storeKinds);
    checkCount(op, "keep", keep);
    this.#place = placeOf(op, where);
    this.#keep = keep;
    this.#warn = warn;
  }

  /** Name of the place. */
  get name(): string {
    return this.#place.name;
  }

  /** Keeps a state as the latest, and as the best where it is. @throws what writing throws; the old ones stay. */
  async save(state: TrainerState, options: SaveCheckpointOptions = {}): Promise<void> {
    const { isBest = false, notes } = checkOptions("CheckpointStore.save", options, saveKinds);
    const parts = await checkpointParts(state, notes);
    await this.#tidy();
    await this.#place.write(`step-${String(state.step).padStart(12, "0")}${extension}`, parts);
    if (isBest) await this.#place.write(bestName, parts);
    const names = await this.#stepNames();
    for (const name of names.slice(this.#keep)) await this.#place.remove(name);
  }

  /**
   * The latest checkpoint that is whole; `undefined` where there is none at all.
   *
   * @throws {FormatError} if there are some, and every one is damaged.
   */
  async latest(backend?: Backend): Promise<Checkpoint | undefined> {
    const names = await this.#stepNames();
    let failure: unknown;
    for (const [i, name] of names.entries())
      try {
        return await this.#read(name, backend);
      } catch (error) {
        failure ??= error;
        const next = names[i + 1];
        this.#warn(
          `${this.name}/${name}: ${error instanceof Error ? error.message : String(error)} ${next === undefined ? "There is none before it." : `${next} is taken instead.`}`,
        );
      }
    if (failure !== undefined) throw failure;
    return undefined;
  }

  /** The best checkpoint; `undefined` where none was kept. @throws {FormatError} if it is damaged. */
  async best(backend?: Backend): Promise<Checkpoint | undefined> {
    const names = await this.#place.names();
    return names.includes(bestName) ? this.#read(bestName, backend) : undefined;
  }

  async #read(name: string, backend: Backend | undefined): Promise<Checkpoint> {
    const bytes = await this.#place.open(name);
    try {
      return (await openState("checkpoint", bytes, backend)) as Checkpoint;
    } finally {
      await bytes.close();
    }
  }

  /** The latest first. */
  async #stepNames(): Promise<string[]> {
    const names = await this.#place.names();
    return names.filter((name) => stepPattern.test(name)).toSorted((a, b) => (a < b ? 1 : -1));
  }

  /** Takes away, once, what crashes have left half written. */
  async #tidy(): Promise<void> {
    if (this.#isTidied) return;
    this.#isTidied = true;
    for (const name of await this.#place.names())
      if (name.endsWith(".tmp") && name.includes(extension)) await this.#place.remove(name);
  }
}

/** A checkpoint's file in parts. */
async function checkpointParts(state: TrainerState, notes: unknown): Promise<Uint8Array[]> {
  const backend = backendOf(state)?.name ?? "none";
  return stateFile("checkpoint", await readState("checkpoint", { state, backend, notes }));
}

/**
 * The bytes of a checkpoint, for a Blob, a message or a download.
 *
 * @throws {ArgumentError} if the state, of a callback or step of one's own, is not of plain data and tensors.
 * @example
 * const trainer = new Trainer(supervised(model, { loss: crossEntropy, optimizer }), { data: [{ inputs, targets }], epochs: 1 });
 * const blob = await checkpointBlob(trainer.stateDict());
 * (await readCheckpoint(blob)).state.step; // => 0
 */
export async function checkpointBlob(state: TrainerState, notes?: unknown): Promise<Blob> {
  return new Blob((await checkpointParts(state, notes)) as Uint8Array<ArrayBuffer>[]);
}

/**
 * Reads one checkpoint: from a path, an address, a Blob or bytes.
 *
 * @throws {FormatError} if it is damaged, naming the part, or no checkpoint.
 * @example
 * await readCheckpoint(new Uint8Array(8)); // throws a FormatError
 */
export async function readCheckpoint(source: FileSource, backend?: Backend): Promise<Checkpoint> {
  return (await openState("readCheckpoint", source, backend)) as Checkpoint;
}
