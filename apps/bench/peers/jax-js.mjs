// jax-js 0.1.25 on its WebAssembly backend, steps compiled with jit: the same work as src/cases.
// Arrays are counted by reference and an operation consumes its arguments, hence `.ref`.
import { defaultDevice, init, jit, lax, nn, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import { readFileSync } from "node:fs";
import { answerBlocks } from "./answer-blocks.mjs";

let seeds = 0;
const key = () => random.key(seeds++);
const uniform = (shape, low = 0, high = 1) =>
  random.uniform(key(), shape, { minval: low, maxval: high });
const normal = (shape) => random.normal(key(), shape);

/** Uniform in ±1/√fanIn, as every library here starts its layers. */
const weights = (shape, fanIn) => uniform(shape, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));

const denseParameters = (sizes) =>
  sizes
    .slice(1)
    .flatMap((out, i) => [weights([sizes[i], out], sizes[i]), weights([out], sizes[i])]);

/** Weight, bias, weight, bias, ... with an activation between them; consumes all it is given. */
function dense(x, parameters, activation) {
  let y = x;
  for (let i = 0; i < parameters.length; i += 2) {
    y = np.matmul(y, parameters[i]).add(parameters[i + 1]);
    if (i + 2 < parameters.length) y = activation(y);
  }
  return y;
}

/** One Adam update of one array; consumes everything. */
function adamUpdate(p, g, m, v, size, root, [beta1, beta2] = [0.9, 0.999]) {
  const nextM = m.mul(beta1).add(g.ref.mul(1 - beta1));
  const nextV = v.mul(beta2).add(np.square(g).mul(1 - beta2));
  const step = nextM.ref.mul(size).div(np.sqrt(nextV.ref).mul(root).add(1e-8));
  return [p.sub(step), nextM, nextV];
}

/** Forward, backward, Adam and reading the loss, as one jitted function. */
function adamTraining(start, lossOf, data, learningRate = 1e-3) {
  let parameters = start;
  let first = start.map((p) => np.zeros(p.shape));
  let second = start.map((p) => np.zeros(p.shape));
  let count = 0;
  const update = jit((params, ms, vs, size, root, inputs) => {
    const [loss, gradients] = valueAndGrad(lossOf)(
      params.map((p) => p.ref),
      inputs,
    );
    const next = params.map((p, i) =>
      adamUpdate(p, gradients[i], ms[i], vs[i], size.ref, root.ref),
    );
    size.dispose();
    root.dispose();
    return [loss, next.map((n) => n[0]), next.map((n) => n[1]), next.map((n) => n[2])];
  });
  return async () => {
    count++;
    const size = np.array(learningRate / (1 - 0.9 ** count));
    const root = np.array(1 / Math.sqrt(1 - 0.999 ** count));
    const [loss, ...next] = update(parameters, first, second, size, root, data());
    [parameters, first, second] = next;
    return (await loss.data())[0];
  };
}

function crossEntropy(logits, labels) {
  return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(labels), -1)).mul(-1);
}

function labelsOf(batch) {
  return nn.oneHot(
    np.array(
      Array.from({ length: batch }, (_, i) => (i * 7) % 10),
      { dtype: np.int32 },
    ),
    10,
  );
}

/** Max over 2x2 blocks of an even-sized image. */
function pool(x) {
  const [batch, channels, height, width] = x.shape;
  return np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
}

const same = (kernel) => [
  [(kernel - 1) / 2, (kernel - 1) / 2],
  [(kernel - 1) / 2, (kernel - 1) / 2],
];

const operation = (run) => async () => {
  const result = run();
  await result.blockUntilReady();
  result.dispose();
};

const kinds = {
  mlp: ({ batch }) => {
    const [inputs, labels] = [uniform([batch, 784]), labelsOf(batch)];
    return adamTraining(
      denseParameters([784, 256, 128, 10]),
      (params, [x, t]) => crossEntropy(dense(x, params, nn.relu), t),
      () => [inputs.ref, labels.ref],
    );
  },
  "tiny-mlp": ({ batch }) => {
    const [inputs, targets] = [normal([batch, 2]), normal([batch, 1])];
    let parameters = denseParameters([2, 16, 16, 1]);
    let velocities = parameters.map((p) => np.zeros(p.shape));
    const update = jit((params, vs, x, t) => {
      const [loss, gradients] = valueAndGrad((ps) =>
        np.mean(np.square(dense(x, ps, np.tanh).sub(t))),
      )(params.map((p) => p.ref));
      const next = vs.map((v, i) => v.mul(0.9).add(gradients[i]));
      return [loss, params.map((p, i) => p.sub(next[i].ref.mul(0.01))), next];
    });
    return async () => {
      const [loss, ...next] = update(parameters, velocities, inputs.ref, targets.ref);
      [parameters, velocities] = next;
      return (await loss.data())[0];
    };
  },
  cnn: ({ batch }) => {
    const [inputs, labels] = [uniform([batch, 1, 28, 28]), labelsOf(batch)];
    const start = [
      weights([16, 1, 5, 5], 25),
      weights([16, 1, 1], 25),
      weights([32, 16, 5, 5], 400),
      weights([32, 1, 1], 400),
      ...denseParameters([1568, 128, 10]),
    ];
    const conv = (x, w, b) => pool(nn.relu(lax.convGeneralDilated(x, w, [1, 1], same(5)).add(b)));
    return adamTraining(
      start,
      ([w1, b1, w2, b2, ...head], [x, t]) => {
        const features = conv(conv(x, w1, b1), w2, b2).reshape([batch, 1568]);
        return crossEntropy(dense(features, head, nn.relu), t);
      },
      () => [inputs.ref, labels.ref],
    );
  },
  vae: ({ batch }) => {
    const images = uniform([batch, 784]);
    const start = [
      [784, 400],
      [400, 20],
      [400, 20],
      [20, 400, 784],
    ].flatMap(denseParameters);
    return adamTraining(
      start,
      (params, [x, noise]) => {
        const features = nn.relu(dense(x.ref, params.slice(0, 2)));
        const mean = dense(features.ref, params.slice(2, 4));
        const logVariance = dense(features, params.slice(4, 6));
        const latent = mean.ref.add(noise.mul(np.exp(logVariance.ref.mul(0.5))));
        const logits = dense(latent, params.slice(6), nn.relu);
        const reconstruction = np.sum(
          nn
            .relu(logits.ref)
            .sub(logits.ref.mul(x))
            .add(np.log1p(np.exp(np.abs(logits).mul(-1)))),
        );
        const divergence = np.exp(logVariance.ref).add(np.square(mean)).sub(1).sub(logVariance);
        return reconstruction.add(np.sum(divergence).mul(0.5));
      },
      () => [images.ref, normal([batch, 20])],
    );
  },
  matmul: ({ m, k, n }) => {
    const [left, right] = [normal([m, k]), normal([k, n])];
    const run = jit((a, b) => np.matmul(a, b));
    return operation(() => run(left.ref, right.ref));
  },
  gelu: ({ n }) => {
    const x = normal([n]);
    const run = jit((a) => {
      const cube = a.ref.mul(a.ref).mul(a.ref);
      const inner = a.ref.add(cube.mul(0.044715)).mul(0.7978845608028654);
      return a.mul(0.5).mul(np.tanh(inner).add(1));
    });
    return operation(() => run(x.ref));
  },
  conv2d: ({ batch, channels, size, kernel, backward }) => {
    const inputs = normal([batch, channels, size, size]);
    const weight = normal([channels, channels, kernel, kernel]);
    const convolve = (x, w) => lax.convGeneralDilated(x, w, [1, 1], same(kernel));
    const forward = jit(convolve);
    if (!backward) return operation(() => forward(inputs.ref, weight.ref));
    const cotangent = normal([batch, channels, size, size]);
    const run = jit((x, w, dy) => {
      const [y, gradients] = valueAndGrad((a, b) => np.sum(convolve(a, b).mul(dy)), {
        argnums: [0, 1],
      })(x, w);
      return [y, ...gradients];
    });
    return async () => {
      for (const result of run(inputs.ref, weight.ref, cotangent.ref)) {
        await result.blockUntilReady();
        result.dispose();
      }
    };
  },
  adam: ({ n }) => {
    let [p, m, v] = [normal([n]), np.zeros([n]), np.zeros([n])];
    const gradient = normal([n]).add(1);
    const update = jit((...all) => adamUpdate(...all));
    let count = 0;
    return async () => {
      count++;
      const size = np.array(1e-3 / (1 - 0.9 ** count));
      const root = np.array(1 / Math.sqrt(1 - 0.999 ** count));
      [p, m, v] = update(p, gradient.ref, m, v, size, root);
      await p.blockUntilReady();
    };
  },
  "layer-norm": ({ rows, columns }) => {
    const [x, scale, shift] = [normal([rows, columns]), np.ones([columns]), np.zeros([columns])];
    const run = jit((a, s, b) => {
      const centred = a.ref.sub(np.mean(a, -1, { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
      return centred
        .div(np.sqrt(variance.add(1e-5)))
        .mul(s)
        .add(b);
    });
    return operation(() => run(x.ref, scale.ref, shift.ref));
  },
  add: ({ n }) => {
    const [a, b] = [normal([n]), uniform([n])];
    const run = jit((x, y) => x.add(y));
    return operation(() => run(a.ref, b.ref));
  },
  exp: vector((x) => np.exp(x)),
  tanh: vector((x) => np.tanh(x)),
  softmax: matrix((x) => nn.softmax(x, -1)),
  sum: matrix((x) => np.sum(x, -1)),
  "sum-columns": matrix((x) => np.sum(x, 0)),
  "sum-all": matrix((x) => np.sum(x)),
  max: matrix((x) => np.max(x, -1)),
};

function vector(build) {
  return ({ n }) => {
    const x = normal([n]);
    const run = jit(build);
    return operation(() => run(x.ref));
  };
}

function matrix(build) {
  return ({ rows, columns }) => {
    const x = uniform([rows, columns]);
    const run = jit(build);
    return operation(() => run(x.ref));
  };
}

await answerBlocks(async () => {
  await init("wasm");
  defaultDevice("wasm");
  const manifest = new URL("./node_modules/@jax-js/jax/package.json", import.meta.url);
  const { version } = JSON.parse(readFileSync(manifest, "utf8"));
  const notes = "jit; in Node, where this library has no threads";
  return { identity: { lib: "jax-js", version, backend: "wasm", threads: [1], notes }, kinds };
});
