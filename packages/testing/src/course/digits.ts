import { noGrad } from "@dl/autograd";
import { DataLoader, ProceduralDigits } from "@dl/data";
import { crossEntropy, type Module } from "@dl/nn";
import { accuracy } from "@dl/training";
import { permutation, type Generator, type Tensor } from "@dl/tensor";

/** Drawn digits as tensors: [count, 1, 28, 28] and [count]. */
export interface Digits {
  readonly inputs: Tensor;
  readonly targets: Tensor;
}

export function drawDigits(count: number, split: "train" | "test" = "train"): Digits {
  const digits = new ProceduralDigits({ length: count, seed: 0, split });
  const [all] = new DataLoader(digits, { batchSize: count });
  return all!;
}

/** One epoch in a new order. */
export function* batchesOf(
  { inputs, targets }: Digits,
  batchSize: number,
  generator: Generator,
): Iterable<Digits> {
  const count = targets.shape[0]!;
  const order = permutation(count, { generator });
  for (let start = 0; start < count; start += batchSize) {
    const chosen = order.narrow(0, start, Math.min(batchSize, count - start));
    yield { inputs: inputs.indexSelect(0, chosen), targets: targets.indexSelect(0, chosen) };
  }
}

interface Classifier extends Module {
  forward(inputs: Tensor): Tensor;
}

/** Loss and share of right answers in evaluation, with the model left in training. */
export async function evaluate(
  model: Classifier,
  { inputs, targets }: Digits,
): Promise<{ loss: number; accuracy: number }> {
  model.eval();
  const logits = noGrad(() => model.forward(inputs));
  model.train();
  const [loss, share] = [crossEntropy(logits, targets), accuracy(logits, targets)];
  return { loss: await loss.item(), accuracy: await share.item() };
}

export function parameterCount(model: Module): number {
  return model.parameters().reduce((sum, { elementCount }) => sum + elementCount, 0);
}
