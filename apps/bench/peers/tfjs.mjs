// tfjs 4.22 on its WebAssembly backend: the same work as src/cases.
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { answerBlocks } from "./answer-blocks.mjs";

// Both are CommonJS in Node, and share one tfjs-core only as such.
const require = createRequire(import.meta.url);
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

/** Uniform in ±1/√fanIn, as every library here starts its layers. */
function weights(shape, fanIn) {
  const bound = 1 / Math.sqrt(fanIn);
  return tf.variable(tf.randomUniform(shape, -bound, bound));
}

/** Dense layers of the given sizes with an activation between them. */
function dense(sizes, activation) {
  const layers = sizes.slice(1).map((out, i) => ({
    weight: weights([sizes[i], out], sizes[i]),
    bias: weights([out], sizes[i]),
  }));
  return (x) =>
    layers.reduce((y, { weight, bias }, i) => {
      const z = y.matMul(weight).add(bias);
      return i < layers.length - 1 ? activation(z) : z;
    }, x);
}

/** Forward, backward, update, and reading the loss. */
function training(optimizer, lossOf) {
  return async () => {
    const loss = optimizer.minimize(lossOf, true);
    const value = (await loss.data())[0];
    loss.dispose();
    return value;
  };
}

function classifier(model, inputs) {
  const labels = tf.oneHot(tf.randomUniform([inputs.shape[0]], 0, 10, "int32"), 10).cast("float32");
  const optimizer = tf.train.adam(1e-3);
  return training(optimizer, () => tf.losses.softmaxCrossEntropy(labels, model(inputs)));
}

const operation = (run) => async () => {
  const result = tf.tidy(run);
  const first = tf.tidy(() => result.flatten().slice(0, 1));
  await first.data();
  first.dispose();
  result.dispose();
};

/** NHWC, the only layout of tfjs; padding "same". */
function convolution(inChannels, outChannels, kernel) {
  const fanIn = inChannels * kernel * kernel;
  const weight = weights([kernel, kernel, inChannels, outChannels], fanIn);
  const bias = weights([outChannels], fanIn);
  return (x) => tf.conv2d(x, weight, 1, "same").add(bias);
}

const kinds = {
  mlp: ({ batch }) =>
    classifier(
      dense([784, 256, 128, 10], (x) => x.relu()),
      tf.randomUniform([batch, 784]),
    ),
  "tiny-mlp": ({ batch }) => {
    const model = dense([2, 16, 16, 1], (x) => x.tanh());
    const [inputs, targets] = [tf.randomNormal([batch, 2]), tf.randomNormal([batch, 1])];
    const optimizer = tf.train.momentum(0.01, 0.9);
    return training(optimizer, () => model(inputs).sub(targets).square().mean());
  },
  cnn: ({ batch }) => {
    const [first, second] = [convolution(1, 16, 5), convolution(16, 32, 5)];
    const head = dense([1568, 128, 10], (x) => x.relu());
    const pool = (x) => tf.maxPool(x.relu(), 2, 2, "valid");
    const model = (x) => head(pool(second(pool(first(x)))).reshape([batch, 1568]));
    return classifier(model, tf.randomUniform([batch, 28, 28, 1]));
  },
  vae: ({ batch }) => {
    const hidden = dense([784, 400], (x) => x);
    const meanHead = dense([400, 20], (x) => x);
    const logVarianceHead = dense([400, 20], (x) => x);
    const decoder = dense([20, 400, 784], (x) => x.relu());
    const images = tf.randomUniform([batch, 784]);
    return training(tf.train.adam(1e-3), () => {
      const features = hidden(images).relu();
      const [mean, logVariance] = [meanHead(features), logVarianceHead(features)];
      const noise = tf.randomNormal([batch, 20]);
      const logits = decoder(mean.add(noise.mul(logVariance.mul(0.5).exp())));
      // max(x, 0) − x t + log(1 + exp(−|x|))
      const reconstruction = logits
        .relu()
        .sub(logits.mul(images))
        .add(logits.abs().neg().exp().log1p())
        .sum();
      const divergence = logVariance.exp().add(mean.square()).sub(1).sub(logVariance).sum();
      return reconstruction.add(divergence.mul(0.5));
    });
  },
  matmul: ({ m, k, n }) => {
    const [left, right] = [tf.randomNormal([m, k]), tf.randomNormal([k, n])];
    return operation(() => tf.matMul(left, right));
  },
  gelu: ({ n }) => {
    const x = tf.randomNormal([n]);
    return operation(() =>
      x.mul(0.5).mul(x.add(x.mul(x).mul(x).mul(0.044715)).mul(0.7978845608028654).tanh().add(1)),
    );
  },
  conv2d: ({ batch, channels, size, kernel, backward }) => {
    const inputs = tf.randomNormal([batch, size, size, channels]);
    const weight = tf.randomNormal([kernel, kernel, channels, channels]);
    const forward = (x, w) => tf.conv2d(x, w, 1, "same");
    if (!backward) return operation(() => forward(inputs, weight));
    const cotangent = tf.randomNormal(inputs.shape);
    return async () => {
      const gradients = tf.tidy(() => tf.grads(forward)([inputs, weight], cotangent));
      for (const gradient of gradients) {
        await gradient.data();
        gradient.dispose();
      }
    };
  },
  adam: ({ n }) => {
    const parameter = tf.variable(tf.randomNormal([n]));
    const gradient = tf.randomNormal([n]).add(1);
    const optimizer = tf.train.adam(1e-3);
    return async () => {
      optimizer.applyGradients({ [parameter.name]: gradient });
      const first = tf.tidy(() => parameter.slice(0, 1));
      await first.data();
      first.dispose();
    };
  },
  "layer-norm": ({ rows, columns }) => {
    const [x, scale, shift] = [
      tf.randomNormal([rows, columns]),
      tf.ones([columns]),
      tf.zeros([columns]),
    ];
    return operation(() => {
      const { mean, variance } = tf.moments(x, -1, true);
      return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(scale).add(shift);
    });
  },
  add: vector((a, b) => a.add(b)),
  exp: vector((a) => a.exp()),
  tanh: vector((a) => a.tanh()),
  softmax: matrix((x) => x.softmax(-1)),
  sum: matrix((x) => x.sum(-1)),
  "sum-columns": matrix((x) => x.sum(0)),
  "sum-all": matrix((x) => x.sum()),
  max: matrix((x) => x.max(-1)),
};

function vector(run) {
  return ({ n }) => {
    const [a, b] = [tf.randomNormal([n]), tf.randomUniform([n])];
    return operation(() => run(a, b));
  };
}

function matrix(run) {
  return ({ rows, columns }) => {
    const x = tf.randomUniform([rows, columns]);
    return operation(() => run(x));
  };
}

await answerBlocks(async () => {
  const folder = require.resolve("@tensorflow/tfjs-backend-wasm");
  wasm.setWasmPaths(folder.slice(0, folder.lastIndexOf("dist") + 5));
  wasm.setThreadsCount(Math.min(2, availableParallelism()));
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend did not start");
  await tf.ready();
  return {
    identity: {
      lib: "tfjs",
      version: tf.version.tfjs,
      backend: "wasm",
      threads: [wasm.getThreadsCount()],
      notes: "in Node, where this library has no threads",
    },
    kinds,
  };
});
