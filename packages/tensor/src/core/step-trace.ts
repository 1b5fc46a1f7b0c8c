import { formatProgram, type Layout } from "@dl/backend";
import type { Storage, Stored } from "./storage.ts";
import type { GradientSlot, Rebindable, RecordedRun, StepRecorder } from "./step-recorder.ts";
import type { NumberOperand, TensorValue } from "./tensor-value.ts";

/** Elements named by the number of their storage: in the order in which the step met them. */
interface TracedElements {
  readonly id: number;
  readonly offset: number;
  readonly layout: Layout;
}

interface TracedRun {
  readonly executable: RecordedRun["executable"];
  readonly inputs: readonly TracedElements[];
  readonly outputs: readonly number[];
  /** `undefined` for one that is computed anew. */
  readonly numbers: readonly (number | undefined)[];
}

interface TracedWork {
  readonly note: string;
  /** `undefined` for what the step made itself. */
  readonly owner: object | undefined;
}

/** What the step left in a slot: what was there, nothing, a tensor from outside, or elements of its own. */
type TracedGradient = "kept" | Rebindable | TracedElements | null;

/** What a run of a step did, as far as another run must do the same; holds no elements. */
export class StepTrace {
  private readonly events: readonly (TracedRun | TracedWork)[];
  /** By the tensor; by the slot where that says which. */
  private readonly rebound: ReadonlyMap<Rebindable | GradientSlot, TracedElements>;
  private readonly slots: ReadonlyMap<GradientSlot, TracedGradient>;
  private readonly results: readonly TracedElements[];
  private readonly uploads: ReadonlyMap<number, Uint8Array>;

  /** `entering`: what came into the step, in an order that another run's is given in too. */
  constructor(
    { runs, rebound, slots, uploads, own }: StepRecorder,
    entering: readonly Storage[],
    results: readonly TensorValue[],
  ) {
    const ids = new Map<Storage, number>();
    const idOf = (storage: Storage): number => {
      let id = ids.get(storage);
      if (id === undefined) ids.set(storage, (id = ids.size));
      return id;
    };
    const traced = ({ storage, offset, layout }: Stored): TracedElements => ({
      id: idOf(storage),
      offset,
      layout,
    });
    entering.forEach(idOf);
    this.events = runs.map((run) =>
      "note" in run
        ? { note: run.note, owner: own.has(run.owner) ? undefined : run.owner }
        : {
            executable: run.executable,
            inputs: run.inputs.map(traced),
            outputs: run.outputs.map(idOf),
            numbers: run.numbers.map(frozen),
          },
    );
    const slotOf = new Map([...slots].map(([slot, before]) => [before?.tensor, slot]));
    this.rebound = new Map(
      [...rebound.keys()].map((x) => [slotOf.get(x) ?? x, traced(x.value.stored!)]),
    );
    const left = (
      tensor: Rebindable | null,
      before: Rebindable | null | undefined,
    ): TracedGradient => {
      if (tensor === null) return null;
      if (own.has(tensor)) return traced(tensor.value.stored!);
      return tensor === before ? "kept" : tensor;
    };
    this.slots = new Map(
      [...slots].map(([slot, before]) => [slot, left(slot.tensor, before?.tensor)]),
    );
    this.results = results.map(({ stored }) => traced(stored!));
    this.uploads = new Map([...uploads].map(([storage, bytes]) => [idOf(storage), bytes]));
  }

  /** The first thing that another trace has otherwise, in words. */
  difference(other: StepTrace): string | undefined {
    return (
      this.eventDifference(other) ??
      this.uploadDifference(other) ??
      this.stateDifference(other) ??
      this.resultDifference(other)
    );
  }

  private eventDifference({ events }: StepTrace): string | undefined {
    for (const [i, before] of this.events.entries()) {
      const now = events[i];
      if (now === undefined) return `${nameOf(before)} is not run any more`;
      if ("note" in before || "note" in now) {
        const isSame =
          "note" in before &&
          "note" in now &&
          before.note === now.note &&
          before.owner === now.owner;
        if (isSame) continue;
        return `${nameOf(before)} became ${nameOf(now)}`;
      }
      if (now.executable !== before.executable)
        return `${nameOf(before)} became ${nameOf(now)}, as program ${i + 1}`;
      const number = before.numbers.findIndex((value, k) => !Object.is(value, now.numbers[k]));
      if (number >= 0)
        return `number ${before.numbers[number]} became ${now.numbers[number]} in ${userOf(before.executable, number)}`;
      const input = before.inputs.findIndex((elements, k) => !areAlike(elements, now.inputs[k]!));
      if (input >= 0) return `another tensor became input ${input} of ${nameOf(before)}`;
    }
    const more = events[this.events.length];
    return more === undefined ? undefined : `${nameOf(more)} is run too`;
  }

  private uploadDifference({ uploads }: StepTrace): string | undefined {
    for (const [id, bytes] of this.uploads) {
      const now = uploads.get(id);
      if (now === undefined || now.some((byte, i) => byte !== bytes[i]))
        return "a tensor that the step makes of numbers has others";
    }
    return undefined;
  }

  private stateDifference({ rebound, slots }: StepTrace): string | undefined {
    const isAsBefore = [...this.rebound].every(([tensor, elements]) => {
      const now = rebound.get(tensor);
      return now !== undefined && areAlike(elements, now);
    });
    if (!isAsBefore || rebound.size !== this.rebound.size)
      return "other tensors are assigned to, or others to them";
    const hasSlots = [...this.slots].every(([slot, left]) => {
      const now = slots.get(slot);
      return now === left || (isTraced(now) && isTraced(left) && areAlike(left, now));
    });
    return hasSlots && slots.size === this.slots.size ? undefined : "other gradients are left";
  }

  private resultDifference({ results }: StepTrace): string | undefined {
    const isSame =
      results.length === this.results.length &&
      results.every((elements, i) => areAlike(this.results[i]!, elements));
    return isSame ? undefined : "other tensors are returned";
  }
}

const isTraced = (left: TracedGradient | undefined): left is TracedElements =>
  typeof left === "object" && left !== null && "id" in left;

const frozen = ({ number, isLive }: NumberOperand): number | undefined =>
  isLive === true ? undefined : number;

function areAlike(a: TracedElements, b: TracedElements): boolean {
  return a.id === b.id && a.offset === b.offset && a.layout === b.layout;
}

function nameOf(event: TracedRun | TracedWork): string {
  if ("note" in event)
    return event.note || `what the host does to ${event.owner?.constructor?.name ?? "an object"}`;
  return `\`${textOf(event.executable).split("(")[0]!}\``;
}

/** The instruction that takes a program's number. */
function userOf(executable: TracedRun["executable"], number: number): string {
  const uses = new RegExp(`(?:= |return )(\\w+)(?=.*\\bp${number}\\b)`);
  const [first, ...lines] = textOf(executable).split("\n");
  const op = lines.map((line) => uses.exec(line)?.[1]).find((found) => found !== undefined);
  return `\`${op ?? first!.split(" ")[0]!}\``;
}

/** A program in words; of a host function, the name. */
const textOf = (executable: TracedRun["executable"]): string =>
  "program" in executable ? formatProgram(executable.program) : executable.name;
