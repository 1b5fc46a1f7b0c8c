import { noGrad } from "@dl/autograd";
import { ArrayDataset, DataLoader } from "@dl/data";
import { parseIdx } from "@dl/formats";
import { crossEntropy, Linear, Parameter, ReLU, Sequential, type Module } from "@dl/nn";
import {
  Accuracy,
  evaluate,
  fit,
  nanStop,
  Trainer,
  type FitOptions,
  type Metrics,
  type SupervisedBatch,
  supervised,
} from "@dl/training";
import { Adam, cosineSchedule, LBFGS, SAM, Scheduler, SGD } from "@dl/optim";
import { Generator, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import type { Mistake } from "./mistake.ts";

const int32 = { dtype: "int32" } as const;

const generator = new Generator(0);
const classifier = (): Sequential =>
  new Sequential(new Linear(4, 8, { generator }), new ReLU(), new Linear(8, 3, { generator }));
const sgd = (model: Module): SGD => new SGD(model.parameters(), { learningRate: 0.1 });

/** A training that works, but for what is changed. */
function training(
  change: (model: Sequential) => object,
  model = classifier(),
): [Sequential, FitOptions<SupervisedBatch>] {
  const batch = { inputs: ones([2, 4]), targets: tensor([0, 1], int32) };
  const options = { loss: crossEntropy, optimizer: sgd(model), data: [batch], epochs: 1 };
  return [model, { ...options, ...change(model) }];
}

const fitWith = (change: (model: Sequential) => object): Promise<unknown> =>
  fit(...training(change));

const trainerWith = (metrics: Metrics): Trainer<SupervisedBatch> => {
  const [model, { loss, optimizer, data, epochs }] = training(() => ({}));
  const step = supervised<SupervisedBatch, Metrics>(model, { loss: loss!, optimizer, metrics });
  return new Trainer<SupervisedBatch>(step, { data, epochs });
};

/** Gradients, optimisers, data and loops. */
export const trainingMistakes: readonly Mistake[] = [
  {
    mistake: "backward from one loss per sample",
    make: () =>
      classifier()
        .forward(ones([2, 4]))
        .backward(),
    error:
      "GradientError: backward: the loss has shape [2, 3], but only a scalar can be differentiated. Reduce it, e.g. with mean().",
  },
  {
    mistake: "backward twice",
    make: () => {
      const loss = classifier()
        .forward(ones([2, 4]))
        .square()
        .sum();
      loss.backward();
      loss.backward();
    },
    error:
      "GradientError: backward: the graph was already walked and freed (at reduce). Pass { retainGraph: true } the first time to walk it twice.",
  },
  {
    mistake: "backward from what was computed in noGrad",
    make: () =>
      noGrad(() =>
        classifier()
          .forward(ones([2, 4]))
          .sum(),
      ).backward(),
    error:
      "GradientError: backward: the tensor was not computed from anything that requires a gradient. Set requiresGrad on a parameter, and compute outside noGrad().",
  },
  {
    mistake: "await inside noGrad",
    make: () => noGrad(async () => {}),
    error:
      "ArgumentError: noGrad: the function is asynchronous, and recording would be back on before it ended. Put only the tensor operations inside, and await outside.",
  },
  {
    mistake: "gradients of integers",
    make: () => zeros([2], int32).requireGrad(),
    error:
      'GradientError: requiresGrad: only float tensors have gradients, got int32. Convert with x.cast("float32").',
  },
  {
    mistake: "assigning another shape to a parameter",
    make: () => new Parameter(zeros([2])).assign(zeros([3])),
    error:
      "ShapeError: assign: shapes differ: [2] cannot take [3]. Give a tensor of the same shape.",
  },
  {
    mistake: "using a tensor after disposing of it",
    make: () => {
      const x = zeros([2]);
      x.dispose();
      return x.data();
    },
    error:
      "ArgumentError: tensor: this tensor was disposed. Use it before dispose() or the end of its `using` block.",
  },
  {
    mistake: "inputs on another backend than the model",
    make: ({ reference }) => classifier().forward(ones([2, 4], { backend: reference })),
    error:
      "ArgumentError: 0: matmul: tensors live on different backends: reference and cpu. Move one with await x.to(backend).",
  },
  {
    mistake: "a model moved to another backend under its optimiser",
    make: async ({ reference }) => {
      const model = classifier();
      const optimizer = new Adam(model.parameters());
      const backward = (inputs: Tensor): void => model.forward(inputs).sum().backward();
      backward(ones([2, 4]));
      optimizer.step();
      await model.to(reference);
      backward(ones([2, 4], { backend: reference }));
      optimizer.step();
    },
    error:
      "ArgumentError: adam: a parameter of shape [8, 4] was moved to reference, and what was learnt of it is on cpu. Make the optimizer after model.to(backend).",
  },
  {
    mistake: "an optimiser without parameters",
    make: () => new SGD(new ReLU().parameters(), { learningRate: 0.1 }),
    error:
      "ArgumentError: sgd: there is nothing to optimise: received 0 parameters. Pass model.parameters().",
  },
  {
    mistake: "an optimiser given the model",
    make: () => new SGD(classifier() as never, { learningRate: 0.1 }),
    error:
      "ArgumentError: sgd: needs parameters, or groups { parameters, ... }: received an object of class Linear. Pass model.parameters().",
  },
  {
    mistake: "an optimiser given a parameter twice",
    make: () => {
      const model = classifier();
      return new SGD([...model.parameters(), model.parameters()[1]!], { learningRate: 0.1 });
    },
    error:
      "ArgumentError: sgd: a parameter was given twice: [8] at positions 1 and 4. It would take two steps at once; give it once.",
  },
  {
    mistake: "an optimiser given what was computed from a parameter",
    make: () => new SGD([classifier().parameters()[0]!.mul(2)], { learningRate: 0.1 }),
    error:
      "ArgumentError: sgd: parameter 0 of shape [8, 4] was computed from other tensors. Give those, or a detached copy that requires a gradient.",
  },
  {
    mistake: "lr for learningRate",
    make: () => new SGD(classifier().parameters(), { lr: 0.1 } as never),
    error:
      "ArgumentError: sgd: there is no option lr: received 0.1. Did you mean learningRate? There are learningRate, momentum, dampening, nesterov, weightDecay.",
  },
  {
    mistake: "a negative learning rate",
    make: () => new Adam(classifier().parameters(), { learningRate: -1 }),
    error: "ArgumentError: adam: learningRate must be a finite number of at least 0: received -1.",
  },
  {
    mistake: "SAM's step without ascend",
    make: () => new SAM(sgd(classifier())).step(),
    error:
      "ArgumentError: sam: step was called without ascend. A step is backward, ascend(), zeroGrad(), backward, step().",
  },
  {
    mistake: "LBFGS's step without a closure",
    make: () => new LBFGS(classifier().parameters()).step(undefined as never),
    error:
      "ArgumentError: lbfgs: step needs a function that computes the loss: received undefined. Pass () => { optimizer.zeroGrad(); ...; loss.backward(); return loss; }.",
  },
  {
    mistake: "a schedule without its length",
    make: () => new Scheduler(sgd(classifier()), cosineSchedule({} as never)),
    error:
      "ArgumentError: cosineSchedule: steps must be a whole number of at least 1: received undefined.",
  },
  {
    mistake: "weights of another model",
    make: () => classifier().loadStateDict(new Sequential(new Linear(5, 8)).stateDict()),
    error:
      "ArgumentError: loadStateDict: the state does not fit the module: missing 2.weight, 2.bias; 0.weight must have shape [8, 4], got [8, 5]. Load it into a module made the same way, or pass { strict: false } to allow other names.",
  },
  {
    mistake: "weights as an object",
    make: () => classifier().loadStateDict({ weight: 1 } as never),
    error:
      "ArgumentError: loadStateDict: the state must be a Map of tensors by name: received { weight }. Give what stateDict() returned, or new Map(Object.entries(state)).",
  },
  {
    mistake: "inputs and targets of different length",
    make: () =>
      new ArrayDataset({
        inputs: { data: new Float32Array(8), shape: [2, 4] },
        targets: { data: new Int32Array(3), shape: [3] },
      }),
    error:
      'ShapeError: ArrayDataset: the first axes differ: "inputs" [2, 4], "targets" [3]. Every array needs one row per sample.',
  },
  {
    mistake: "a dataset without samples",
    make: () => new DataLoader({ length: 0, get: () => ({}) as never }, { batchSize: 2 }),
    error:
      "ArgumentError: DataLoader: the dataset is empty: its length is 0. Give it at least one sample.",
  },
  {
    mistake: "a batch size of 0",
    make: () => new DataLoader({ length: 5, get: () => ({}) as never }, { batchSize: 0 }),
    error: "ArgumentError: DataLoader: batchSize must be a whole number of at least 1: received 0.",
  },
  {
    mistake: "another file for an IDX file",
    make: () => parseIdx(new TextEncoder().encode("<!doctype html>")),
    error:
      "FormatError: parseIdx: not an IDX file: it must begin with 00 00, received 3c 21. It looks like a web page: check the address it was fetched from.",
  },
  {
    mistake: "fit without data",
    make: () => fitWith(() => ({ data: undefined })),
    error:
      "ArgumentError: fit: needs data to go through: received undefined. Pass a DataLoader, or an array of batches.",
  },
  {
    mistake: "fit with data that is used up",
    make: () => fitWith(() => ({ data: [].values() })),
    error:
      "ArgumentError: fit: the data has no batches. Give it samples; and something that can be gone through once per epoch, such as a DataLoader or an array: a generator's result is empty the second time.",
  },
  {
    mistake: "fit without a loss",
    make: () => fitWith(() => ({ loss: undefined })),
    error:
      "ArgumentError: fit: needs a loss: received undefined. Pass { loss: crossEntropy }, another function (outputs, targets) => scalar, or a forwardPass.",
  },
  {
    mistake: "fit without an optimiser",
    make: () => fitWith(() => ({ optimizer: undefined })),
    error:
      "ArgumentError: fit: needs an optimizer: received undefined as optimizer. Pass e.g. new Adam(model.parameters(), { learningRate: 1e-3 }).",
  },
  {
    mistake: "fit with the optimiser of another model",
    make: () => fitWith(() => ({ optimizer: sgd(classifier()) })),
    error:
      "ArgumentError: fit: the optimizer changes nothing of this model: optimizer has 4 parameters, first [8, 4], and the model 4 others. Make it with model.parameters(), after the model.",
  },
  {
    mistake: "fit for 0 epochs",
    make: () => fitWith(() => ({ epochs: 0 })),
    error: "ArgumentError: fit: epochs must be a whole number of at least 1: received 0.",
  },
  {
    mistake: "fit with batches whose fields have other names",
    make: () => fitWith(() => ({ data: [{ x: ones([2, 4]), y: ones([2]) }] })),
    error:
      "ArgumentError: fit: a batch must be { inputs, targets }, both tensors: received { x, y }. Name the fields so in the dataset, or pass a forwardPass that takes such batches.",
  },
  {
    mistake: "fit with samples of another size than the model takes",
    make: () =>
      fitWith(() => ({ data: [{ inputs: ones([2, 5]), targets: tensor([0, 1], int32) }] })),
    error:
      "ShapeError: 0: linear: weight expects inputs of size 4, got 5: inputs [2, 5], weight [8, 4] (layout [out, in]). Make the layer for 5 inputs, or change what comes before.",
  },
  {
    mistake: "fit with a loss per sample",
    make: () =>
      fitWith(() => ({
        loss: (logits: Tensor, targets: Tensor) =>
          crossEntropy(logits, targets, { reduction: "none" }),
      })),
    error:
      "ArgumentError: fit: the loss must be a scalar: received shape [2]. Reduce it, e.g. with mean().",
  },
  {
    mistake: "fit with an asynchronous loss",
    make: () => fitWith(() => ({ loss: () => Promise.resolve(0) })),
    error:
      "ArgumentError: fit: the loss must be a tensor: received a promise. Return a scalar tensor, before any await.",
  },
  {
    mistake: "fit with a loss cut off from the model",
    make: () => fitWith(() => ({ loss: (logits: Tensor) => logits.detach().sum() })),
    error:
      "GradientError: backward: the tensor was not computed from anything that requires a gradient. Set requiresGrad on a parameter, and compute outside noGrad().",
  },
  {
    mistake: "fit of a part that the loss does not depend on",
    make: () =>
      fitWith((model) => {
        const [weight, bias] = [model.parameters()[0]!, new Parameter(zeros([1]))];
        const optimizer = new SGD([weight], { learningRate: 0.1 });
        return { optimizer, forwardPass: () => ({ loss: bias.sum() }), loss: undefined };
      }),
    error:
      "ArgumentError: fit: none of the optimizer's 1 parameters got a gradient: the loss does not depend on them. Compute it from the model's outputs, without detach() or noGrad().",
  },
  {
    mistake: "fit with NaN among the inputs",
    make: () =>
      fitWith(() => ({
        data: [{ inputs: ones([2, 4]).mul(NaN), targets: tensor([0, 1], int32) }],
        callbacks: [nanStop()],
      })),
    error:
      "GradientError: nanStop: step 1 (epoch 1) has loss NaN: the first output that is not finite is that of 0 (Linear). Networks and optimizers are those of the last look before. Try a smaller learning rate, clipping, or detectAnomaly() around one step to find the operation.",
  },
  {
    mistake: "a state of another training",
    make: () => {
      const state = trainerWith({ right: new Accuracy() }).stateDict();
      trainerWith({}).loadStateDict(state);
    },
    error:
      "ArgumentError: fit: the state is of another training: received modules model, optimizers optimizer, metrics right, generators 1, callbacks 0, schedules 0, epoch schedules 0, averages 0; this one has modules model, optimizers optimizer, metrics none, generators 1, callbacks 0, schedules 0, epoch schedules 0, averages 0. Load it into a trainer made the same way.",
  },
  {
    mistake: "evaluate on nothing",
    make: () => evaluate(classifier(), { loss: crossEntropy, data: [] }),
    error:
      "ArgumentError: evaluate: the data has no batches. Give it samples; and something that can be gone through once per epoch, such as a DataLoader or an array: a generator's result is empty the second time.",
  },
  {
    mistake: "a group pushed to an optimizer",
    make: () => {
      const optimizer = sgd(classifier());
      const late = ones([2]).requireGrad();
      // @ts-expect-error -- what JavaScript lets pass
      optimizer.groups.push({ ...optimizer.groups[0], parameters: [late] });
      late.sum().backward();
      optimizer.step();
    },
    error:
      "ArgumentError: sgd: a parameter of shape [2] was added to groups after the optimizer was made. Give all groups to the constructor: new SGD([{ parameters, learningRate }, ...]).",
  },
];
