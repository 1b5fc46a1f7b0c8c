import { ArgumentError, formatShape } from "@dl/backend";
import type { Module } from "@dl/nn";
import type { AnyOptimizer } from "@dl/optim";
import { Tensor } from "@dl/tensor";
import type { Metrics, MetricValues } from "./metrics/metric.ts";

/** What a step tells of itself, by name: scalar tensors, left on the device. */
export type Scalars = Readonly<Record<string, Tensor | undefined>>;

/** Figures of a pass by name: the means of the scalars, and the metrics. */
export type Figures = Readonly<Record<string, unknown>>;

/** The figures that steps with such scalars and metrics have; a scalar that no step gave is left out. */
export type FiguresOf<S extends Scalars, M extends Metrics> = {
  readonly [Name in keyof S]: number;
} & MetricValues<M>;

/** A part of a step that is compiled by itself, made by {@link compiledPart}. */
export interface Part {
  readonly partName: string;
  /** Why it runs plain; `undefined` while it does not. */
  readonly refusal: string | undefined;
}

/**
 * What a training is, to the trainer: networks, their optimisers, and how one step is made from a
 * batch. {@link supervised} makes one; one's own is an object of some twenty lines.
 */
export interface TrainingStep<
  Batch = unknown,
  S extends Scalars = Scalars,
  M extends Metrics = Metrics,
> {
  /** The networks: put in training mode, kept in the state. */
  readonly modules: Readonly<Record<string, Module>>;
  /** The optimisers: kept in the state. */
  readonly optimizers: Readonly<Record<string, AnyOptimizer>>;
  /**
   * Makes one step; {@link descend} does what is always the same. The trainer compiles it whole, so
   * whatever differs from step to step belongs in `parts`, or in what the library keeps.
   *
   * `more`: further batches whose gradients are averaged into the same step, for one that `accumulates`.
   */
  step(batch: Batch, ...more: readonly Batch[]): S | Promise<S>;
  /** Scalars of a batch that nothing is learnt from, under the same names; called in evaluation mode, without gradients. */
  evaluate?(batch: Batch): S;
  /** What `step` calls that is compiled part by part; `step` itself then runs plain. */
  readonly parts?: readonly Part[];
  /** Why `step` must not be compiled. */
  readonly plain?: string;
  /** Whether `step` takes more than one batch. */
  readonly accumulates?: boolean;
  /** Figures that `step` and `evaluate` update, by name. */
  readonly metrics?: M;
  /** Whatever else must be remembered to go on: plain data and tensors. */
  stateDict?(): unknown;
  /** Takes back what `stateDict` gave. */
  loadStateDict?(state: unknown): void;
}

/** The parameters of all networks, each once. */
export function parametersOf({ modules }: Pick<TrainingStep, "modules">): Set<Tensor> {
  return new Set(Object.values(modules).flatMap((module) => module.parameters()));
}

/** A name for each parameter: its path, after the network's name where there are several. */
export function namedParametersOf({ modules }: Pick<TrainingStep, "modules">): Map<string, Tensor> {
  const isAlone = Object.keys(modules).length === 1;
  return new Map(
    Object.entries(modules).flatMap(([network, module]) =>
      [...module.namedParameters()].map(
        ([path, parameter]) => [isAlone ? path : `${network}.${path}`, parameter] as const,
      ),
    ),
  );
}

/** @throws {ArgumentError} unless the step has networks, and optimisers that change something of them. */
export function checkTrainingStep(op: string, step: TrainingStep<never>): void {
  const { modules, optimizers } = step;
  if (typeof step?.step !== "function" || modules === undefined || optimizers === undefined)
    throw new ArgumentError(
      op,
      `needs a training step: received ${step === null ? "null" : typeof step}. Make one with supervised(model, { loss, optimizer }), or write { modules, optimizers, step(batch) }.`,
      { received: step },
    );
  const own = parametersOf(step);
  for (const [name, optimizer] of Object.entries(optimizers))
    checkOptimizer(op, name, optimizer, own);
}

/** @throws {ArgumentError} unless the optimiser changes some of the parameters. */
function checkOptimizer(
  op: string,
  name: string,
  optimizer: AnyOptimizer,
  own: ReadonlySet<Tensor>,
): void {
  if (!Array.isArray(optimizer?.groups) || typeof optimizer.step !== "function")
    throw new ArgumentError(
      op,
      `needs an optimizer: received ${optimizer === null ? "null" : typeof optimizer} as ${name}. Pass e.g. new Adam(model.parameters(), { learningRate: 1e-3 }).`,
      { received: optimizer },
    );
  const given = optimizer.groups.flatMap((group) => group.parameters);
  if (given.some((parameter) => own.has(parameter))) return;
  throw new ArgumentError(
    op,
    `the optimizer changes nothing of this model: ${name} has ${given.length} parameters, first ${given[0] === undefined ? "none" : formatShape(given[0].shape)}, and the model ${own.size} others. Make it with model.parameters(), after the model.`,
    { expected: own.size, received: given.map(({ shape }) => shape) },
  );
}

/** @throws {ArgumentError} unless every scalar is one. */
export function checkScalars(op: string, scalars: Scalars): void {
  if (typeof scalars !== "object" || scalars === null || scalars instanceof Tensor)
    throw new ArgumentError(
      op,
      `a step must give its scalars by name: received ${scalars instanceof Tensor ? "a tensor" : String(scalars)}. Return e.g. { loss }.`,
      { received: scalars },
    );
  for (const name in scalars) {
    const value = scalars[name];
    if (value !== undefined && (!(value instanceof Tensor) || value.elementCount !== 1))
      throw new ArgumentError(
        op,
        `${name} must be a scalar: received ${value instanceof Tensor ? `shape ${formatShape(value.shape)}` : typeof value}. Reduce it, e.g. with mean(), and leave it a tensor.`,
        { expected: [], received: value },
      );
  }
}
