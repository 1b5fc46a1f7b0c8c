import type { Backend, BufferHandle } from "@dl/backend";
import { closeScope, openScope } from "./scope.ts";
import { Constant, Place, type Elements, type ReplayedBinding } from "./step-places.ts";
import type { HostWork, Rebindable, RecordedRun, StepRecorder } from "./step-recorder.ts";
import { StepRooms } from "./step-rooms.ts";
import {
  changedBy,
  clearedBy,
  foundBy,
  statesAfter,
  type Cleared,
  type Found,
  type State,
} from "./step-states.ts";
import { areModes } from "./step-surroundings.ts";
import { StepTrace } from "./step-trace.ts";
import { Storage, Stored } from "./storage.ts";
import { store } from "./store.ts";
import { Tensor } from "./tensor.ts";
import { TensorValue, type NumberOperand } from "./tensor-value.ts";

interface ReplayedRun {
  readonly executable: RecordedRun["executable"];
  readonly inputs: readonly ReplayedBinding[];
  readonly outputs: BufferHandle[];
  readonly numbers: readonly NumberOperand[];
}

/** A recorded step made ready to be dispatched again, with other arguments and the state of then. */
export class StepReplay {
  private readonly backend: Backend;
  private readonly recorder: Pick<StepRecorder, "conditions" | "snapshots" | "modes">;
  /** Objects whose fields it asks for again. */
  readonly followed: ReadonlySet<object>;
  /** What autograd knew of the tensors that the step reads. */
  private readonly recordings: readonly (readonly [tensor: Rebindable, recording: unknown])[];
  private readonly runs: readonly (ReplayedRun | HostWork)[];
  private readonly places = new Map<Storage, Place>();
  private readonly produced: readonly Place[];
  /** Places that each replay fills anew. */
  private readonly passing: readonly Place[];
  private readonly inputs: readonly Elements[];
  private readonly states: readonly State[];
  private readonly found: readonly Found[];
  private readonly cleared: readonly Cleared[];
  private readonly results: readonly Elements[];
  private readonly constants: readonly Constant[];
  /** Constants that the step makes of elements of the host. */
  private readonly uploads: ReadonlySet<Place>;
  private readonly kept: Storage[] = [];
  private readonly rooms: StepRooms;
  /** What the recorded run did. */
  private readonly trace: StepTrace;
  private readonly enteringCount: number;

  constructor(
    recorder: StepRecorder,
    inputs: readonly TensorValue[],
    results: readonly TensorValue[],
    backend: Backend,
  ) {
    const { conditions, used, snapshots, modes, slots, uploads } = recorder;
    this.backend = backend;
    this.recorder = { conditions, snapshots, modes };
    this.followed = recorder.followed;
    const elements = (value: TensorValue): Elements => this.elements(recorder, value);
    this.inputs = inputs.map(elements);
    // Gradients that the step finds are others each time.
    const gradients = new Set([...slots.values()].map((before) => before?.tensor));
    this.recordings = [...used].flatMap(([tensor, { recording }]) =>
      gradients.has(tensor) ? [] : [[tensor, recording] as const],
    );
    const changed = changedBy(recorder, elements);
    this.found = foundBy(recorder, elements);
    this.constants = this.constantsOf(recorder);
    this.uploads = new Set(
      [...uploads.keys()].flatMap((storage) => this.places.get(storage) ?? []),
    );
    this.states = statesAfter(recorder, changed, elements);
    this.cleared = clearedBy(recorder);
    // The step may have kept a handle of the run that was recorded.
    for (const slot of slots.keys()) slot.isTaken = true;
    this.results = results.map(elements);
    this.produced = [...this.places.values()].filter(({ isProduced }) => isProduced);
    const isWithin = (storage: Storage): boolean =>
      recorder.produced.has(storage) && !this.places.has(storage);
    this.rooms = new StepRooms(recorder.runs, isWithin);
    this.runs = recorder.runs.map((run) => ("work" in run ? run : this.replayed(run)));
    const given = [
      ...this.inputs,
      ...this.states.flatMap(({ before }) => before ?? []),
      ...this.found.flatMap((gradient) => gradient.elements ?? []),
    ];
    const entering = [...given, ...this.constantsFromOutside].map(({ place }) => place.storage!);
    this.trace = new StepTrace(recorder, entering, results);
    this.enteringCount = new Set(entering).size;
    this.passing = [...new Set([...given.map(({ place }) => place), ...this.produced])];
    // What the recorded run computed is of no use any more, and can be collected.
    this.places.clear();
    this.rooms.forget();
    this.emptyPlaces();
  }

  /** Whether it was recorded with arguments like these. */
  fits(inputs: readonly TensorValue[]): boolean {
    return (
      inputs.length === this.inputs.length &&
      inputs.every(({ dtype, backend, stored }, i) => {
        const recorded = this.inputs[i]!;
        return (
          dtype === recorded.dtype && stored!.layout === recorded.layout && backend === this.backend
        );
      })
    );
  }

  /** Why the step would now take another course than it did; `undefined` where it would not. */
  obstacle(): string | undefined {
    const { conditions, snapshots, modes } = this.recorder;
    if (!areModes(modes))
      return "it is called in another mode: noGrad, noWeightGradients, hooks or configure";
    for (const { holds, reason } of conditions) if (!holds()) return reason;
    for (const [tensor, recording] of this.recordings)
      if (tensor.recording !== recording) return "requiresGrad of a tensor was changed";
    for (const snapshot of snapshots.values()) {
      const field = snapshot.changedField();
      if (field !== undefined) return `${field} was changed`;
    }
    for (const { slot, hasTensor, elements } of this.found) {
      const { tensor } = slot;
      if ((tensor !== null) !== hasTensor)
        return `a gradient is ${hasTensor ? "no longer" : "already"} there`;
      if (tensor !== null && elements !== undefined && !this.isLikeRecorded(tensor, elements))
        return "a gradient lies otherwise in memory";
    }
    for (const state of this.states) {
      if (state.from !== undefined) state.tensor = state.from.tensor ?? state.tensor;
      if (state.before !== undefined && !this.isLikeRecorded(state.tensor!, state.before))
        return "a tensor that the step changes lies otherwise in memory";
    }
    return this.constants.every((constant) => constant.current() !== undefined)
      ? undefined
      : "a tensor that the step reads lies otherwise in memory, or is shared";
  }

  /**
   * What comes into the step at a call with these, in the order of the recording; `undefined` where
   * two of them share elements, so that what reads which cannot be told.
   */
  entering(inputs: readonly TensorValue[]): readonly Storage[] | undefined {
    const changed = this.states.flatMap(({ tensor, before }) => (before ? tensor!.value : []));
    const gradients = this.found.flatMap(({ slot, elements }) =>
      elements ? slot.tensor!.value : [],
    );
    const storages = [
      ...[...inputs, ...changed, ...gradients].map(({ stored }) => stored!.storage),
      ...this.constantsFromOutside.map((constant) => constant.current()!),
    ];
    return new Set(storages).size === this.enteringCount ? storages : undefined;
  }

  /** The first thing in which another run of the step, which these entered, differs from the recorded one. */
  difference(
    recorder: StepRecorder,
    entering: readonly Storage[],
    results: readonly TensorValue[],
  ): string | undefined {
    return this.trace.difference(new StepTrace(recorder, entering, results));
  }

  private get constantsFromOutside(): readonly Constant[] {
    return this.constants.filter(({ place }) => !this.uploads.has(place));
  }

  /** Does the step again, where there is no {@link obstacle}. */
  run(inputs: readonly TensorValue[]): TensorValue[] {
    this.rooms.hold(this.backend);
    this.fillPlaces(inputs);
    const { backend } = this;
    for (const run of this.runs)
      if ("work" in run) run.work();
      else {
        const { executable, inputs: read, outputs } = run;
        const numbers = run.numbers.map(({ number }) => number);
        if ("program" in executable) backend.dispatch(executable, read, outputs, numbers);
        else executable.run(backend, read, outputs, numbers);
      }
    for (const state of this.states) this.rebind(state);
    for (const { slot, tensor } of this.cleared) slot.tensor = tensor;
    const results = this.results.map((result) => this.valueOf(result));
    this.emptyPlaces();
    return results;
  }

  /** Keeps nothing alive until the next replay that is of this run only. */
  rest(): void {
    this.rooms.release();
    for (const state of this.states) {
      const { slots, after } = state;
      after.place.spare?.stored!.release();
      // What runs meanwhile may keep handles that are not counted.
      state.current = after.place.spare = undefined;
      // A gradient is its slot's.
      if (slots.length > 0) state.tensor = undefined;
    }
  }

  /** Gives back all that it kept. */
  dispose(): void {
    this.rest();
    for (const storage of this.kept) storage.release();
    this.kept.length = 0;
  }

  private constantsOf({ read, used }: StepRecorder): Constant[] {
    const owners = new Map<Storage, (readonly [Rebindable, Stored])[]>();
    for (const [tensor, { value }] of used) {
      const { stored } = value;
      if (stored === undefined) continue;
      const known = owners.get(stored.storage) ?? [];
      owners.set(stored.storage, [...known, [tensor, stored]]);
    }
    const constants: Constant[] = [];
    for (const storage of read)
      if (this.places.has(storage)) storage.release();
      else {
        const place = new Place(storage, false);
        this.places.set(storage, place);
        this.kept.push(storage);
        constants.push(new Constant(place, owners.get(storage) ?? []));
      }
    return constants;
  }

  private elements(recorder: StepRecorder, { dtype, stored }: TensorValue): Elements {
    const { storage, layout, offset } = stored!;
    let place = this.places.get(storage);
    if (place === undefined) {
      place = new Place(storage, recorder.produced.has(storage));
      this.places.set(storage, place);
    }
    return { place, dtype, layout, offset };
  }

  private replayed(run: RecordedRun): ReplayedRun {
    const { executable, numbers } = run;
    const placeOf = (storage: Storage): Place =>
      this.rooms.placeOf(storage) ?? this.places.get(storage)!;
    const inputs = run.inputs.map(({ storage, offset }) => {
      const binding = { buffer: storage.buffer, offset };
      placeOf(storage).readBy(binding);
      return binding;
    });
    const outputs = run.outputs.map(({ buffer }) => buffer);
    run.outputs.forEach((storage, at) => placeOf(storage).writtenBy(outputs, at));
    return { executable, inputs, outputs, numbers };
  }

  private isLikeRecorded({ value }: Rebindable, recorded: Elements): boolean {
    const { layout, offset } = store(value);
    return (
      value.dtype === recorded.dtype &&
      layout === recorded.layout &&
      offset === recorded.offset &&
      value.backend === this.backend
    );
  }

  private fillPlaces(inputs: readonly TensorValue[]): void {
    this.inputs.forEach(({ place, offset }, i) => {
      const { storage, offset: from } = inputs[i]!.stored!;
      place.put(storage, from - offset);
    });
    for (const constant of this.constants) {
      const current = constant.current()!;
      if (constant.place.storage !== current) constant.place.put(current);
    }
    for (const { tensor, before } of this.states)
      if (before !== undefined) before.place.put(tensor!.value.stored!.storage);
    for (const { slot, elements } of this.found)
      if (elements !== undefined) elements.place.put(slot.tensor!.value.stored!.storage);
    for (const place of this.produced)
      place.put(
        place.spare?.stored!.storage ?? new Storage(this.backend, place.byteLength, "compile"),
      );
  }

  /** Lets what goes through them be collected as soon as nobody else needs it. */
  private emptyPlaces(): void {
    for (const place of this.passing) place.storage = undefined;
  }

  private rebind(state: State): void {
    const { tensor, slots, after, current } = state;
    const { place } = after;
    const next = place.spare ?? this.valueOf(after);
    state.current = next;
    place.spare = undefined;
    if (tensor === undefined || slots.some(({ isTaken }) => isTaken))
      state.tensor = tensorOfNoScope(next);
    else {
      const previous = tensor.value;
      tensor.rebind(next);
      const isOurs =
        previous === current &&
        previous.handles === 0 &&
        previous.consumers === 0 &&
        previous.stored!.storage.holders === 1;
      if (isOurs) place.spare = previous;
    }
    for (const slot of slots) {
      slot.tensor = state.tensor!;
      slot.isTaken = false;
    }
  }

  private valueOf({ place, dtype, layout, offset }: Elements): TensorValue {
    return new TensorValue(
      this.backend,
      dtype,
      layout.shape,
      new Stored(place.storage!, layout, offset),
    );
  }
}

/** A gradient belongs to its tensor, whatever `tidy` the step is called in. */
function tensorOfNoScope(value: TensorValue): Tensor {
  openScope();
  const tensor = new Tensor(value);
  closeScope();
  return tensor;
}
