import { ArgumentError } from "@dl/backend";
import { AuditSchedule, clock } from "./audit-schedule.ts";
import { RangesSeen } from "./known-range.ts";
import { contiguousValue } from "./make-value.ts";
import { recordStep, StepRecorder, type Rebindable } from "./step-recorder.ts";
import { StepReplay } from "./step-replay.ts";
import { currentModes, isWatched } from "./step-surroundings.ts";
import { disassembled, type StepResult } from "./step-result.ts";
import { store } from "./store.ts";
import { Tensor } from "./tensor.ts";
import type { TensorValue } from "./tensor-value.ts";

/** What a compiled step may be given. */
export type StepInput = Tensor | number;

/** How the calls of a compiled step went so far. */
export interface StepReport {
  /** Calls that dispatched what was recorded. */
  readonly replays: number;
  /** Calls that ran the step itself and found that it does what was recorded. */
  readonly audits: number;
  /** All other calls: they ran the step itself. */
  readonly plainRuns: number;
  /** Why the last call that was none of the first two kinds was not; `undefined` before any. */
  readonly reason: string | undefined;
  /** How many of those calls came one after the other, up to now: 0 after a replay or an audit. */
  readonly plainInRow: number;
}

interface Recording<Result> {
  readonly replay: StepReplay;
  /** By their places among the arguments. */
  readonly numbers: readonly (number | undefined)[];
  readonly resultOf: (results: readonly TensorValue[]) => Result;
  readonly schedule: AuditSchedule;
  readonly ranges: RangesSeen;
  /** Number of the call that was recorded, and of those replayed since it was last found right. */
  readonly call: number;
  unaudited: { readonly first: number; last: number } | undefined;
}

interface Run<Result> {
  readonly recorder: StepRecorder;
  readonly results: readonly TensorValue[];
  readonly resultOf: Recording<Result>["resultOf"];
}

/** Recordings kept, for arguments of other kinds and other states of the host; the one used longest ago makes room. */
const maxRecordings = 8;
/** So often may a step be found changed before anything was replayed; then it always runs plainly. */
const maxChanges = 3;
/** So many calls are audited after one change, and twice as many after two. */
const carefulCalls = 8;
/** So many calls in a row without a replay are told of, and so many of which each was recorded. */
const patience = 4;
const patienceWithArguments = 32;

/** The calls of one step that {@link compile} was given. */
export class CompiledStep<Result extends StepResult> {
  private readonly step: (...inputs: StepInput[]) => Result;
  private readonly recordings: Recording<Result>[] = [];
  private calls = 0;
  private replays = 0;
  private audits = 0;
  private reason: string | undefined;
  /** Why nothing is replayed any more. */
  private end: string | undefined;
  private changes = 0;
  private plainInRow = 0;
  private hasWarned = false;

  constructor(step: (...inputs: StepInput[]) => Result) {
    this.step = step;
  }

  get report(): StepReport {
    const { calls, replays, audits, reason, plainInRow } = this;
    return { replays, audits, plainRuns: calls - replays - audits, reason, plainInRow };
  }

  call(inputs: readonly StepInput[]): Result {
    const values = valuesOf(inputs);
    for (const value of values) store(value);
    this.calls++;
    const obstacle = this.end ?? obstacleAround(inputs);
    if (obstacle !== undefined) return this.runPlainly(inputs, obstacle);
    let why: string | undefined;
    let novelty = "arguments of another kind were recorded";
    for (let i = this.recordings.length - 1; i >= 0; i--) {
      const recording = this.recordings[i]!;
      const { replay, numbers, schedule, ranges } = recording;
      if (!replay.fits(values)) continue;
      if (!numbers.every((number, k) => isNumber(inputs[k], number))) {
        novelty = "another number was recorded: give one that is seldom the same as a tensor";
        continue;
      }
      const reason = replay.obstacle();
      if (reason === undefined) {
        this.use(recording);
        return schedule.isDue || ranges.isBeyond(values)
          ? this.audit(recording, inputs, values)
          : this.replay(recording, values);
      }
      why ??= reason;
    }
    return this.record(inputs, why, novelty);
  }

  /** Moves a recording to the end of the list. */
  private use(recording: Recording<Result>): void {
    const { recordings } = this;
    if (recordings.at(-1) === recording) return;
    this.restLast();
    recordings.splice(recordings.indexOf(recording), 1);
    recordings.push(recording);
  }

  /** The others rest already. */
  private restLast(): void {
    this.recordings.at(-1)?.replay.rest();
  }

  private replay(recording: Recording<Result>, values: readonly TensorValue[]): Result {
    const { replay, schedule } = recording;
    const start = schedule.isTimed ? clock() : -Infinity;
    const results = replay.run(values);
    schedule.replayed(start < 0 ? undefined : clock() - start);
    this.replays++;
    this.plainInRow = 0;
    recording.unaudited ??= { first: this.calls, last: this.calls };
    recording.unaudited.last = this.calls;
    return recording.resultOf(results);
  }

  private runPlainly(inputs: readonly StepInput[], reason: string): Result {
    this.isPlain(reason);
    const { recorder, results, resultOf } = this.run(inputs);
    recorder.release();
    return resultOf(results);
  }

  /** `obstacle`: why what was recorded with these arguments could not be replayed, if any was. */
  private record(
    inputs: readonly StepInput[],
    obstacle: string | undefined,
    novelty: string,
  ): Result {
    const run = this.run(inputs);
    const { recorder, results, resultOf } = run;
    // Only after the first run is everything there that the step changes: an optimiser's moments, for one.
    const refusal = this.calls === 1 ? "it was called once only" : refusalOf(recorder);
    const why = refusal ?? obstacle;
    if (why === undefined) this.isPlain(novelty, patienceWithArguments);
    else this.isPlain(why);
    if (refusal === undefined) this.keep(run, inputs);
    else recorder.release();
    return resultOf(results);
  }

  private keep({ recorder, results, resultOf }: Run<Result>, inputs: readonly StepInput[]): void {
    const values = valuesOf(inputs);
    const replay = new StepReplay(recorder, values, results, recorder.backend!);
    const ranges = new RangesSeen();
    ranges.add(values);
    this.recordings.push({
      replay,
      numbers: inputs.map((input) => (typeof input === "number" ? input : undefined)),
      resultOf,
      schedule: new AuditSchedule(this.changes === 0 ? 0 : carefulCalls << this.changes),
      ranges,
      call: this.calls,
      unaudited: undefined,
    });
    if (this.recordings.length > maxRecordings) this.recordings.shift()!.replay.dispose();
  }

  /** Runs the step itself and compares what it does with the recording. */
  private audit(
    recording: Recording<Result>,
    inputs: readonly StepInput[],
    values: readonly TensorValue[],
  ): Result {
    const { replay, schedule, ranges } = recording;
    const entering = replay.entering(values);
    const start = clock();
    const run = this.run(inputs, replay.followed);
    schedule.audited(clock() - start);
    const { recorder, results, resultOf } = run;
    const difference =
      recorder.refusal ?? (entering && replay.difference(recorder, entering, results));
    if (difference === undefined) {
      recorder.release();
      this.audits++;
      ranges.add(values);
      this.plainInRow = 0;
      if (entering !== undefined) recording.unaudited = undefined;
      return resultOf(results);
    }
    this.drop(recording);
    this.isPlain(difference);
    const { unaudited } = recording;
    if (unaudited !== undefined) {
      recorder.release();
      this.end = difference;
      throw changedError(difference, recording.call, unaudited);
    }
    this.changes++;
    if (this.changes >= maxChanges) this.stop(difference);
    if (this.end === undefined && refusalOf(recorder) === undefined) this.keep(run, inputs);
    else recorder.release();
    return resultOf(results);
  }

  private drop(recording: Recording<Result>): void {
    recording.replay.dispose();
    this.recordings.splice(this.recordings.indexOf(recording), 1);
  }

  private stop(reason: string): void {
    this.end = reason;
    this.warn(reason);
    for (const { replay } of this.recordings.splice(0)) replay.dispose();
  }

  private isPlain(reason: string, most = patience): void {
    this.reason = reason;
    if (++this.plainInRow >= most) this.warn(reason);
  }

  private warn(reason: string): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    const { name } = this.step;
    // oxlint-disable-next-line no-console -- the one place; a step that is not replayed is right, but slow
    console.warn(
      `compile: ${name === "" ? "the step" : `the step "${name}"`} runs as without compile: ${reason}. Its results are right; the property \`report\` of the compiled step tells more.`,
    );
  }

  private run(inputs: readonly StepInput[], followed?: ReadonlySet<object>): Run<Result> {
    this.restLast();
    const recorder = new StepRecorder(currentModes(), followed);
    recordStep(recorder);
    try {
      const result = this.step(...inputs);
      const { tensors, assemble } = disassembled(result);
      for (const tensor of [...recorder.rebound.keys(), ...recorder.leftBehind()])
        storeAlone(tensor);
      tensors.forEach(({ value }) => store(value));
      const results = tensors.map(({ value }) => value);
      recorder.finish(
        inputs.filter((input) => input instanceof Tensor),
        results,
      );
      return {
        recorder,
        results,
        resultOf: (values) => assemble(values.map((value) => new Tensor(value))) as Result,
      };
    } catch (error) {
      recorder.release();
      throw error;
    } finally {
      recordStep(undefined);
    }
  }
}

/** Of the tensors among them. A loop: this is asked at every call. */
function valuesOf(inputs: readonly StepInput[]): TensorValue[] {
  const values: TensorValue[] = [];
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i]!;
    if (input instanceof Tensor) values.push(input.value);
    else if (typeof input !== "number") throw wrongArgument(i, input);
  }
  return values;
}

function wrongArgument(position: number, input: unknown): ArgumentError {
  return new ArgumentError(
    "compile",
    `argument ${position} of a compiled step must be a tensor or a number: received ${input === null ? "null" : typeof input}. Reach for everything else by closure.`,
    { expected: "a tensor or a number", received: input },
  );
}

/** Whether an argument is this number; `undefined` for a tensor. */
function isNumber(input: StepInput | undefined, number: number | undefined): boolean {
  return typeof input === "number" ? Object.is(input, number) : number === undefined;
}

/** Why a run cannot be kept as a recording. */
function refusalOf({ refusal, isAmbiguous, backend }: StepRecorder): string | undefined {
  if (refusal !== undefined) return refusal;
  if (isAmbiguous) return "what it reads and what it changes share elements";
  return backend === undefined ? "it runs no program" : undefined;
}

function storeAlone(tensor: Rebindable): void {
  const value = contiguousValue(tensor.value);
  store(value);
  if (value !== tensor.value) tensor.rebind(value);
}

/** Why a call cannot be replayed, whatever was recorded. */
function obstacleAround(inputs: readonly StepInput[]): string | undefined {
  if (isWatched()) return "an observer follows what is run";
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    if (input instanceof Tensor && input.recording !== undefined)
      return `argument ${i} requires a gradient, or was computed from what does: pass x.detach()`;
  }
  return undefined;
}

function changedError(
  difference: string,
  recorded: number,
  { first, last }: { readonly first: number; readonly last: number },
): ArgumentError {
  const calls = first === last ? `call ${first}` : `calls ${first} to ${last}`;
  return new ArgumentError(
    "compile",
    `the step is no longer what was recorded at call ${recorded}: ${difference}. ` +
      `The results of ${calls}, which were replayed, and what they changed may be wrong; this call ran the step itself, and so will all later ones. ` +
      "Give what changes from call to call as an argument, or keep it in a tensor and assign to it; or do not compile the step.",
    { received: difference },
  );
}
