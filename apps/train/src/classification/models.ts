import { Conv2d, MaxPool2d } from "@dl/conv";
import { Flatten, Linear, ReLU, Sequential } from "@dl/nn";
import type { Generator } from "@dl/tensor";
import type { ClassifierName } from "../names.ts";

/** Networks from [batch, 1, 28, 28] to ten class scores. */
export const models: { readonly [Name in ClassifierName]: (generator: Generator) => Sequential } = {
  cnn: (generator) =>
    new Sequential(
      new Conv2d(1, 16, 5, { padding: 2, generator }), // [batch, 16, 28, 28]
      new ReLU(),
      new MaxPool2d(2), // [batch, 16, 14, 14]
      new Conv2d(16, 32, 5, { padding: 2, generator }), // [batch, 32, 14, 14]
      new ReLU(),
      new MaxPool2d(2), // [batch, 32, 7, 7]
      new Flatten(),
      new Linear(1568, 128, { generator }),
      new ReLU(),
      new Linear(128, 10, { generator }),
    ),
  mlp: (generator) =>
    new Sequential(
      new Flatten(),
      new Linear(784, 256, { generator }),
      new ReLU(),
      new Linear(256, 128, { generator }),
      new ReLU(),
      new Linear(128, 10, { generator }),
    ),
};
