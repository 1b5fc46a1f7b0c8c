import { elementCount, normalFromBits, philox4x32, type DType, type Shape } from "@dl/backend";
import {
  hostFunction,
  integers,
  type HostFunction,
  type HostGradient,
  type Tensor,
} from "@dl/tensor";
import type { SampleOptions } from "./distribution.ts";

/** The random words of one event: those drawn for it, in order. */
export interface HostRandom {
  /** 32 random bits as a whole number from 0. */
  word(): number;
  /** A number in (0, 1), of 32 random bits: never 0 or 1. */
  uniform(): number;
  /** A standard normal number, of the table that `normal` uses. */
  normal(): number;
}

/** Where one event is computed. One object for all of a call, moved on from event to event. */
interface HostEvent {
  readonly random: HostRandom;
  /** Row by row: element `at` of a parameter of numbers, row `at` of one of vectors. */
  readonly parameters: readonly Float64Array[];
  /** Place in the batch, and how many there are. */
  readonly at: number;
  readonly batchCount: number;
  /** The results of all events; this one's begin at `to`. */
  readonly result: Float64Array;
  readonly to: number;
  /** How many numbers an event has. */
  readonly size: number;
}

/**
 * How values of a family are made on the host, in float64 and with functions that are the same in every
 * engine. Devices round exponentials, logarithms and quotients differently; values computed here and
 * rounded once have the same bits everywhere. Made once, as {@link HostFunction} is.
 */
export interface HostSampler {
  /** The family. */
  readonly name: string;
  /** Made of the parameters once for a call, and given to `draw` in their place. */
  readonly prepare?: (
    parameters: readonly Float64Array[],
    batchCount: number,
  ) => readonly Float64Array[];
  /** Computes one event. */
  readonly draw: (event: HostEvent) => void;
}

/** What {@link hostSamples} makes. */
export interface HostSampling {
  /** [...sample]. */
  readonly shape: readonly number[];
  readonly options: SampleOptions;
  /**
   * Random words an event takes; "any" for rejection: two are drawn and key a stream of the event's own,
   * so that no event depends on what another one took.
   */
  readonly words: number | "any";
  /** Whose type and place the values have; the first parameter unless said. */
  readonly like?: Tensor;
  /** Of the values; that of `like` unless said. */
  readonly dtype?: DType;
  /**
   * Gradients of the parameters, for each event apart: [...sample, ...batch, ...own]. They are summed over
   * the samples. Behind the parameters the inputs end with the random words, for {@link samplesAgain}.
   * Without it values are constants.
   */
  readonly gradient?: HostGradient;
}

/**
 * Values of a family computed on the host from random words of the device.
 *
 * Shape: parameters [...batch, ...own] → [...sample, ...batch, ...event].
 */
export function hostSamples(
  sampler: HostSampler,
  { batchShape, eventShape }: { readonly batchShape: Shape; readonly eventShape: Shape },
  parameters: readonly Tensor[],
  { shape, options, words, gradient, like = parameters[0]!, dtype = like.dtype }: HostSampling,
): Tensor {
  const events = [...shape, ...batchShape];
  const random = integers(-halfRange, halfRange, [...events, words === "any" ? 2 : words], {
    backend: like.backend,
    ...options,
  });
  const batchCount = batchShape.reduce((count, size) => count * size, 1);
  return hostFunction(functionOf(sampler), [...parameters, random], {
    shape: [...events, ...eventShape],
    dtype,
    numbers: [batchCount, words === "any" ? 1 : 0],
    ...(gradient === undefined ? {} : { gradient: summedOverSamples(gradient, shape.length) }),
  });
}

const halfRange = 2 ** 31;

/**
 * What another sampler makes of the same random words, one stream for each event: derivatives of samples. The
 * inputs are those of a gradient, the first parameter of the shape [...batch, ...event]; the result has shape
 * and type of the samples.
 */
export function samplesAgain(
  sampler: HostSampler,
  inputs: readonly Tensor[],
  samples: Tensor,
  gradient: HostGradient,
): Tensor {
  const [parameter, words] = [inputs[0]!, inputs.at(-1)!];
  const eventAxes = samples.ndim - (words.ndim - 1);
  const batchCount = elementCount(parameter.shape.slice(0, parameter.ndim - eventAxes));
  return hostFunction(functionOf(sampler), inputs, {
    shape: samples.shape,
    dtype: samples.dtype,
    numbers: [batchCount, 1],
    gradient,
  });
}

function summedOverSamples(gradient: HostGradient, sampleAxes: number): HostGradient {
  const axes = Array.from({ length: sampleAxes }, (_, i) => i);
  return (dy, inputs, result) => {
    const gradients = gradient(dy, inputs, result);
    return [
      ...gradients.map((each) => (sampleAxes === 0 ? each : each?.sum(axes))),
      undefined, // the random words
    ];
  };
}

const functions = /* @__PURE__ */ new WeakMap<HostSampler, HostFunction>();

function functionOf(sampler: HostSampler): HostFunction {
  let known = functions.get(sampler);
  if (known === undefined) {
    known = {
      name: sampler.name,
      compute(inputs, result, { shapes, numbers: [batchCount, isStream] }) {
        const perEvent = shapes.at(-1)!.at(-1)!;
        const words = inputs.at(-1)!;
        const count = words.length / perEvent;
        const random = isStream === 1 ? new StreamRandom(words) : new WordRandom(words, perEvent);
        const size = result.length / count;
        const given = inputs.slice(0, -1);
        const parameters = sampler.prepare?.(given, batchCount!) ?? given;
        const event = { random, parameters, at: 0, batchCount: batchCount!, result, to: 0, size };
        for (let i = 0; i < count; i++) {
          random.moveTo(i);
          event.at = i % batchCount!;
          event.to = i * size;
          sampler.draw(event);
        }
      },
    };
    functions.set(sampler, known);
  }
  return known;
}

abstract class EventRandom implements HostRandom {
  abstract word(): number;
  /** To the words of another event. */
  abstract moveTo(event: number): void;
  uniform(): number {
    return (this.word() + 0.5) / 2 ** 32;
  }
  normal(): number {
    return normalFromBits(this.word());
  }
}

/** So many words for each event. */
class WordRandom extends EventRandom {
  private readonly words: Float64Array;
  private readonly perEvent: number;
  private next = 0;

  constructor(words: Float64Array, perEvent: number) {
    super();
    this.words = words;
    this.perEvent = perEvent;
  }
  moveTo(event: number): void {
    this.next = event * this.perEvent;
  }
  word(): number {
    return this.words[this.next++]! >>> 0;
  }
}

/** A Philox stream for each event, keyed by its two words. */
class StreamRandom extends EventRandom {
  private readonly words: Float64Array;
  private key: readonly [number, number] = [0, 0];
  private block: readonly number[] = [];
  private next = 0;

  constructor(words: Float64Array) {
    super();
    this.words = words;
  }
  moveTo(event: number): void {
    this.key = [this.words[2 * event]! >>> 0, this.words[2 * event + 1]! >>> 0];
    this.next = 0;
  }
  word(): number {
    const at = this.next++;
    if (at % 4 === 0) this.block = philox4x32([at / 4, 0, 0, 0], this.key);
    return this.block[at % 4]! >>> 0;
  }
}
