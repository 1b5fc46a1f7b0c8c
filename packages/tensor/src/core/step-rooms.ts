import type { Backend } from "@dl/backend";
import { Place } from "./step-places.ts";
import type { HostWork, RecordedRun } from "./step-recorder.ts";
import { Storage } from "./storage.ts";

/** Memory for what lives within a step only, used again as soon as it is dead. */
export class StepRooms {
  private readonly rooms: Room[] = [];
  private readonly roomOf = new Map<Storage, Room>();
  private held: Storage[] = [];

  /** `isWithin`: whether a storage lives within the step only. */
  constructor(runs: readonly (RecordedRun | HostWork)[], isWithin: (storage: Storage) => boolean) {
    const programs = runs.filter((run) => "outputs" in run);
    const storagesOf = ({ inputs, outputs }: RecordedRun): Set<Storage> =>
      new Set([...inputs.map(({ storage }) => storage), ...outputs].filter(isWithin));
    const lastUse = new Map<Storage, RecordedRun>();
    for (const run of programs) for (const storage of storagesOf(run)) lastUse.set(storage, run);
    const free: Room[] = [];
    for (const run of programs) {
      for (const storage of run.outputs)
        if (isWithin(storage)) this.roomOf.set(storage, this.take(storage, free));
      for (const storage of storagesOf(run))
        if (lastUse.get(storage) === run) free.push(this.roomOf.get(storage)!);
    }
  }

  /** Where a storage is in replays, if it lives within the step only. */
  placeOf(storage: Storage): Place | undefined {
    return this.roomOf.get(storage)?.place;
  }

  /** Lets go of the recorded storages: {@link placeOf} finds none any more. */
  forget(): void {
    this.roomOf.clear();
  }

  get bytes(): number {
    return this.rooms.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** Asks for the memory, unless it is there. */
  hold(backend: Backend): void {
    if (this.held.length > 0) return;
    for (const { place, byteLength } of this.rooms) {
      const storage = new Storage(backend, byteLength, "compile");
      storage.holders++;
      this.held.push(storage);
      place.put(storage);
    }
  }

  /** Gives it back. */
  release(): void {
    for (const storage of this.held) storage.release();
    this.held = [];
  }

  /** The smallest free room that is large enough, or else the largest, which then grows. */
  private take(storage: Storage, free: Room[]): Room {
    const { byteLength } = storage.buffer;
    let best: Room | undefined;
    for (const room of free) {
      const isBetter =
        best === undefined ||
        (best.byteLength < byteLength
          ? room.byteLength > best.byteLength
          : room.byteLength >= byteLength && room.byteLength < best.byteLength);
      if (isBetter) best = room;
    }
    if (best === undefined) {
      best = { place: new Place(storage, true), byteLength };
      this.rooms.push(best);
    } else free.splice(free.indexOf(best), 1);
    best.byteLength = Math.max(best.byteLength, byteLength);
    return best;
  }
}

interface Room {
  readonly place: Place;
  byteLength: number;
}
