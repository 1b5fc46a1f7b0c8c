import type { Backend } from "@dl/backend";
import { crossEntropy, Embedding, multiMarginLoss, negativeLogLikelihood } from "@dl/nn";
import { compile, Generator, ones, tensor, type Tensor } from "@dl/tensor";

/** An index outside its axis that only the device can see. */
interface IndexFault {
  readonly name: string;
  /** What is to be said of it, the operation first. */
  readonly message: string;
  readonly call: (on: Backend) => Tensor;
}

/** Whole numbers that are computed on the device, so that the host does not know them. */
const indices = (backend: Backend, list: readonly number[]): Tensor =>
  tensor(list, { dtype: "int32", backend }).mul(1);
const matrix = (backend: Backend): Tensor =>
  tensor(
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
    { backend },
  );

/** A loss in a compiled step, replayed with good labels before it gets `labels`. */
function replayed(backend: Backend, labels: readonly number[], backwards: boolean): Tensor {
  const logits = ones([2, 3], { backend }).requireGrad();
  const step = compile((targets: Tensor) => {
    const loss = crossEntropy(logits, targets);
    logits.grad = null;
    if (!backwards) return loss;
    loss.backward();
    return logits.grad!;
  });
  for (let i = 0; i < 4; i++) step(indices(backend, [0, 2]));
  return step(indices(backend, labels));
}

const outside = (op: string, index: number, size = 3): string =>
  `${op}: index ${index} is out of range for an axis of ${size}. Use 0 to ${size - 1}.`;

/** Every way by which an index reaches a backend unseen, with what each backend is to say. */
export const indexFaults: readonly IndexFault[] = [
  {
    name: "gather",
    message: outside("gather", 4),
    call: (on) => matrix(on).gather(1, indices(on, [0, 4]).reshape([2, 1])),
  },
  {
    name: "gather, from the end",
    message: outside("gather", -4),
    call: (on) => matrix(on).gather(1, indices(on, [-4, -3]).reshape([2, 1])),
  },
  {
    name: "scatter",
    message: outside("scatter", 3),
    call: (on) => matrix(on).scatter(1, indices(on, [3, 0]).reshape([2, 1]), 9),
  },
  {
    name: "scatter along a long axis",
    message: outside("scatter", 1000, 1000),
    call: (on) => ones([1000], { backend: on }).scatter(0, indices(on, [999, 1000]), 9),
  },
  {
    name: "scatterAdd",
    message: outside("scatter", 4),
    call: (on) => matrix(on).scatterAdd(1, indices(on, [4, 0]).reshape([2, 1]), 1),
  },
  {
    name: "indexSelect",
    message: outside("indexSelect", 2, 2),
    call: (on) => matrix(on).indexSelect(0, indices(on, [1, 2])),
  },
  {
    name: "indexSelect of int32",
    message: outside("indexSelect", 2 ** 31 - 1),
    call: (on) => indices(on, [1, 2, 3]).indexSelect(0, indices(on, [2 ** 31 - 1])),
  },
  {
    name: "take",
    message: outside("indexSelect", 6, 6),
    call: (on) => matrix(on).take(indices(on, [6])),
  },
  {
    name: "indexAdd",
    message: outside("indexAdd", -(2 ** 31)),
    call: (on) => matrix(on).indexAdd(1, indices(on, [-(2 ** 31)]), ones([2, 1], { backend: on })),
  },
  {
    name: "Embedding",
    message: outside("indexSelect", 5, 4),
    call: (on) =>
      new Embedding(4, 2, { backend: on, generator: new Generator(1) }).forward(
        indices(on, [3, 5]),
      ),
  },
  {
    name: "oneHot",
    message: outside("scatter", 7),
    call: (on) => indices(on, [0, 7]).oneHot(3),
  },
  {
    name: "oneHot of bool",
    message: outside("scatter", -1),
    call: (on) => indices(on, [-1, 2]).oneHot(3, "bool"),
  },
  {
    name: "crossEntropy",
    message: outside("gather", 3),
    call: (on) => crossEntropy(matrix(on), indices(on, [0, 3])),
  },
  {
    name: "crossEntropy, never from the end",
    message: outside("gather", -1),
    call: (on) => crossEntropy(matrix(on), indices(on, [-1, 0]), { labelSmoothing: 0.1 }),
  },
  {
    name: "negativeLogLikelihood",
    message: outside("gather", 9),
    call: (on) => negativeLogLikelihood(matrix(on), indices(on, [9, 0]), { ignoreIndex: -100 }),
  },
  {
    name: "multiMarginLoss",
    message: outside("gather", 3),
    call: (on) => multiMarginLoss(matrix(on), indices(on, [3, 0])),
  },
  {
    name: "crossEntropy in a compiled step",
    message: outside("gather", 3),
    call: (on) => replayed(on, [3, 0], false),
  },
  {
    name: "the gradient of crossEntropy in a compiled step",
    message: outside("gather", -2),
    call: (on) => replayed(on, [0, -2], true),
  },
];

/** What a backend says of each, and what it computes afterwards. */
export async function foundIndexFaults(
  backend: Backend,
): Promise<readonly { name: string; message: string; after: number }[]> {
  const found: { name: string; message: string; after: number }[] = [];
  for (const { name, call } of indexFaults) {
    const message = await Promise.resolve()
      .then(() => call(backend).data())
      .then(
        (data) => `nothing: ${data.join()}`,
        (error: Error) => error.message.split("\n", 1)[0]!,
      );
    const after = await matrix(backend)
      .take(indices(backend, [5]))
      .item();
    found.push({ name, message, after });
  }
  return found;
}
