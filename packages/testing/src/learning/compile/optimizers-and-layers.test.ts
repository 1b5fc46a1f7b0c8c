import {
  AlphaDropout,
  BatchNorm,
  Dropout,
  GroupNorm,
  InstanceNorm,
  LayerNorm,
  Linear,
  Sequential,
  SpatialDropout,
  SpectralNorm,
  WeightNorm,
} from "@dl/nn";
import * as optim from "@dl/optim";
import { type Tensor } from "@dl/tensor";
import { calls, dense, testScenarios, trained, training, type Scenario } from "./scenarios.ts";

const optimizers: Record<string, (parameters: Tensor[]) => { zeroGrad(): void; step(): void }> = {
  Adadelta: (x) => new optim.Adadelta(x),
  Adagrad: (x) => new optim.Adagrad(x),
  Adam: (x) => new optim.Adam(x, { amsgrad: true }),
  Adamax: (x) => new optim.Adamax(x),
  AdamW: (x) => new optim.AdamW(x),
  ASGD: (x) => new optim.ASGD(x, { t0: 5 }),
  Lion: (x) => new optim.Lion(x),
  Muon: (x) => new optim.Muon(x.filter(({ ndim }) => ndim === 2)),
  NAdam: (x) => new optim.NAdam(x),
  RAdam: (x) => new optim.RAdam(x),
  RMSprop: (x) => new optim.RMSprop(x, { momentum: 0.5 }),
  Rprop: (x) => new optim.Rprop(x),
  SGD: (x) => new optim.SGD(x, { learningRate: 0.1, momentum: 0.9, nesterov: true }),
};

const layers: Record<string, { shape: number[]; make: () => Sequential }> = {
  AlphaDropout: {
    shape: [4, 3],
    make: () => new Sequential(new Linear(3, 6), new AlphaDropout(0.2)),
  },
  BatchNorm: { shape: [4, 3], make: () => new Sequential(new Linear(3, 6), new BatchNorm(6)) },
  Dropout: { shape: [4, 3], make: () => new Sequential(new Linear(3, 6), new Dropout(0.2)) },
  GroupNorm: { shape: [4, 6, 5], make: () => new Sequential(new GroupNorm(2, 6)) },
  InstanceNorm: {
    shape: [4, 3, 5],
    make: () => new Sequential(new InstanceNorm(3, { affine: true, trackRunningStats: true })),
  },
  LayerNorm: { shape: [4, 3], make: () => new Sequential(new Linear(3, 6), new LayerNorm(6)) },
  SpatialDropout: {
    shape: [4, 3, 5],
    make: () => new Sequential(new Linear(5, 5), new SpatialDropout(0.3)),
  },
  SpectralNorm: {
    shape: [4, 3],
    make: () => new Sequential(new SpectralNorm(new Linear(3, 6))),
  },
  WeightNorm: { shape: [4, 3], make: () => new Sequential(new WeightNorm(new Linear(3, 6))) },
};

testScenarios(
  "every optimiser",
  Object.fromEntries(
    Object.entries(optimizers).map(([name, make]): [string, Scenario] => [
      name,
      async (wrap, see) => {
        const model = dense();
        const { inputs, step, all } = training(model, [5, 3], make(model.parameters()));
        const wrapped = wrap(step);
        for (let i = 0; i < calls; i++) await see(wrapped(inputs), ...all());
      },
    ]),
  ),
);

testScenarios(
  "every layer with a state",
  Object.fromEntries(
    Object.entries(layers).map(([name, { shape, make }]): [string, Scenario] => [
      name,
      trained(make, shape, (model, i) => {
        if (i === 10 || i === 14) model.train(i === 14);
      }),
    ]),
  ),
);
