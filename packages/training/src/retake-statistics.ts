import { noGrad } from "@dl/autograd";
import { ArgumentError, checkOptions, checkSynchronous, integerPower } from "@dl/backend";
import { BatchNorm, InstanceNorm, observeForward, type Layer, type Module } from "@dl/nn";
import { Tensor, zerosLike } from "@dl/tensor";
import { visitBatches, type Batches } from "./batches.ts";

/** What statistics are taken from. */
export interface RetakeOptions<Batch> {
  /** Gone through once. */
  readonly data: Batches<Batch>;
  /** Runs the model; `model.forward` of the batch, or of its `inputs`, unless said. */
  readonly forward?: (batch: Batch) => unknown;
}

type Normalisation = (BatchNorm | InstanceNorm) & {
  readonly runningMean: Tensor;
  readonly runningVariance: Tensor;
};

/**
 * Takes the running statistics of a model's normalisation layers anew: the plain mean over the
 * batches of what each layer sees, the rest of the model in evaluation; gives how many layers saw any. For weights that never saw
 * training themselves, such as averages, and for statistics that lag behind.
 *
 * Source: Izmailov et al. 2018, arXiv:1803.05407, section 3.1.
 *
 * @throws {ArgumentError} if no layer keeps statistics, or there are no batches.
 * @example
 * const network = new Sequential(new Linear(4, 8), new BatchNorm(8));
 * await retakeStatistics(network, { data: [inputs] }); // => 1
 */
export async function retakeStatistics<Batch>(
  model: Module,
  options: RetakeOptions<Batch>,
): Promise<number> {
  checkOptions("retakeStatistics", options, { data: "object|list", forward: "function" });
  const { data, forward = (batch) => (model as Layer).forward(inputsOf(batch)) } = options;
  const layers = model.modules().filter(keepsStatistics);
  if (layers.length === 0)
    throw new ArgumentError(
      "retakeStatistics",
      "no layer of the model keeps running statistics that can be taken. Leave it out for such a model.",
      { received: model },
    );
  const takings = new Map(layers.map((layer) => [layer, new Taking(layer)] as const));
  const stop = observeForward((module) => {
    const taking = takings.get(module as Normalisation);
    if (taking !== undefined) taking.calls++;
  });
  try {
    await visitBatches("retakeStatistics", data, async (batch) => {
      noGrad(() => {
        for (const taking of takings.values()) taking.begin();
        inTrainingOnly(model, layers, () => forward(batch));
        for (const taking of takings.values()) taking.add();
      });
      // What is summed up is stored, so that the batches before can be let go of.
      for (const { totals } of takings.values()) await totals[0]!.data();
      return true;
    });
  } finally {
    stop();
    for (const taking of takings.values()) taking.end();
  }
  return [...takings.values()].filter(({ batches }) => batches > 0).length;
}

/** One layer's statistics, summed over the batches that came through it. */
class Taking {
  readonly totals: Tensor[];
  batches = 0;
  /** Of the batch under way. */
  calls = 0;
  private readonly statistics: readonly Tensor[];
  private readonly before: readonly Tensor[];
  private readonly momentum: number;

  constructor({ runningMean, runningVariance, momentum }: Normalisation) {
    this.statistics = [runningMean, runningVariance];
    this.before = this.statistics.map((statistic) => statistic.detach());
    this.totals = this.statistics.map((statistic) => zerosLike(statistic));
    this.momentum = momentum;
  }

  begin(): void {
    this.calls = 0;
    for (const statistic of this.statistics) statistic.assign(zerosLike(statistic));
  }

  /** From 0, k calls leave their statistics times 1 − (1 − momentum)ᵏ. */
  add(): void {
    if (this.calls === 0) return;
    const share = 1 - integerPower(1 - this.momentum, this.calls);
    this.statistics.forEach((statistic, i) => {
      const total = this.totals[i]!;
      total.assign(total.add(statistic.div(share)));
    });
    this.batches++;
  }

  /** Puts the means in place, or what was there where nothing came through. */
  end(): void {
    this.statistics.forEach((statistic, i) =>
      statistic.assign(this.batches === 0 ? this.before[i]! : this.totals[i]!.div(this.batches)),
    );
  }
}

function keepsStatistics(module: Module): module is Normalisation {
  const isNormalisation = module instanceof BatchNorm || module instanceof InstanceNorm;
  return isNormalisation && module.runningMean !== undefined && module.momentum > 0;
}

function inputsOf(batch: unknown): Tensor {
  return batch instanceof Tensor ? batch : (batch as { readonly inputs: Tensor }).inputs;
}

/** Runs `body` with these layers in training and the rest in evaluation; modes are then as before. */
function inTrainingOnly(model: Module, layers: readonly Module[], body: () => unknown): void {
  const modes = model.modules().map((module) => [module, module.isTraining] as const);
  model.eval();
  for (const layer of layers) layer.train();
  try {
    checkSynchronous("retakeStatistics", body(), "modes would change before it ended.");
  } finally {
    for (const [module, isTraining] of modes) module.isTraining = isTraining;
  }
}
