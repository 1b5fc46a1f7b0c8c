// tfjs 4.22 on WebAssembly or WebGPU, in Node and in pages: the same work as src/cases.
import * as tfModule from "@tensorflow/tfjs";
import * as wasmModule from "@tensorflow/tfjs-backend-wasm";

// CommonJS in Node, where both share one tfjs-core only as such; modules in a page.
const exportsOf = (module) => module.default ?? module;
const tf = exportsOf(tfModule);
const wasm = exportsOf(wasmModule);

const isPage = typeof document !== "undefined";

const arrays = {
  uniform: (shape, low, high) => tf.randomUniform(shape, low, high),
  normal: (shape) => tf.randomNormal(shape),
  from: (values, shape) => tf.tensor(values, shape),
};

// Axis orders from the cases' layout to that of tfjs.
const [transposed, toHwio, toNhwc, toNchw] = [
  [1, 0],
  [2, 3, 1, 0],
  [0, 2, 3, 1],
  [0, 3, 1, 2],
];

function denseLayer(a, inputs, outputs) {
  const weight = tf.variable(a.weights([outputs, inputs], inputs, transposed));
  const bias = tf.variable(a.weights([outputs], inputs));
  return (x) => x.matMul(weight).add(bias);
}

/** Reads an image [channels, side, side] that was flattened: its elements lie in another order here. */
function denseOfImage(a, channels, side, outputs) {
  const inputs = channels * side * side;
  const weight = a.weights([outputs, channels, side, side], inputs, toHwio);
  const variable = tf.variable(weight.reshape([inputs, outputs]));
  const bias = tf.variable(a.weights([outputs], inputs));
  return (x) => x.reshape([x.shape[0], inputs]).matMul(variable).add(bias);
}

/** Gives an image [channels, side, side]. */
function denseToImage(a, inputs, channels, side) {
  const shape = [channels, side, side];
  const weight = a.weights([...shape, inputs], inputs, [3, 1, 2, 0]);
  const variable = tf.variable(weight.reshape([inputs, channels * side * side]));
  const bias = tf.variable(a.weights(shape, inputs, [1, 2, 0]).flatten());
  return (x) => x.matMul(variable).add(bias).reshape([-1, side, side, channels]);
}

/** Dense layers of the given sizes with an activation between them. */
function dense(a, sizes, activation) {
  const layers = sizes.slice(1).map((outputs, i) => denseLayer(a, sizes[i], outputs));
  return (x) =>
    layers.reduce((y, layer, i) => (i < layers.length - 1 ? activation(layer(y)) : layer(y)), x);
}

/** NHWC, the only layout of tfjs; padding "same" is what the cases ask for, by 2 with stride 2 too. */
function convolution(a, inChannels, outChannels, kernel, stride = 1) {
  const fanIn = inChannels * kernel * kernel;
  const weight = tf.variable(a.weights([outChannels, inChannels, kernel, kernel], fanIn, toHwio));
  const bias = tf.variable(a.weights([outChannels], fanIn));
  return (x) => tf.conv2d(x, weight, stride, "same").add(bias);
}

/** Kernel 4, stride 2, padding 1: twice the size. */
function doubling(a, inChannels, outChannels) {
  const fanIn = outChannels * 16;
  const weight = tf.variable(a.weights([inChannels, outChannels, 4, 4], fanIn, toHwio));
  const bias = tf.variable(a.weights([outChannels], fanIn));
  return (x) => {
    const [batch, height, width] = x.shape;
    const shape = [batch, 2 * height, 2 * width, outChannels];
    return tf.conv2dTranspose(x, weight, shape, 2, "same").add(bias);
  };
}

/** By the batch's statistics, which are kept as a running mean as well, over all but the last axis. */
function batchNorm(channels) {
  const [scale, shift] = [tf.variable(tf.ones([channels])), tf.variable(tf.zeros([channels]))];
  const running = [tf.zeros([channels]), tf.ones([channels])].map((t) => tf.variable(t, false));
  return (x) => {
    const { mean, variance } = tf.moments(x, [0, 1, 2]);
    const count = x.size / channels;
    const observed = [mean, variance.mul(count / (count - 1))];
    running.forEach((t, i) => t.assign(t.mul(0.9).add(observed[i].mul(0.1))));
    return tf.batchNorm(x, mean, variance, shift, scale, 1e-5);
  };
}

/** Forward, backward, update, and reading the loss. */
function training(optimizer, lossOf) {
  const step = async () => {
    const loss = optimizer.minimize(lossOf, true);
    const value = (await loss.data())[0];
    loss.dispose();
    return value;
  };
  return { step };
}

function classifier(a, model, inputs) {
  const classes = a.labels(inputs.shape[0], 10);
  const labels = tf.oneHot(tf.tensor1d(classes, "int32"), 10).cast("float32");
  const optimizer = tf.train.adam(1e-3);
  return training(optimizer, () => tf.losses.softmaxCrossEntropy(labels, model(inputs)));
}

/** max(x, 0) − x t + log(1 + exp(−|x|)), element by element. */
const crossEntropyOfLogits = (logits, targets) =>
  logits.relu().sub(logits.mul(targets)).add(logits.abs().neg().exp().log1p());

function operation(run, toCases = (result) => result) {
  let kept;
  const step = async () => {
    kept?.dispose();
    kept = tf.tidy(run);
    const first = tf.tidy(() => kept.flatten().slice(0, 1));
    await first.data();
    first.dispose();
  };
  return { step, results: async () => [await toCases(kept).data()] };
}

function vae({ batch }, a) {
  const hidden = denseLayer(a, 784, 400);
  const meanHead = denseLayer(a, 400, 20);
  const logVarianceHead = denseLayer(a, 400, 20);
  const decoder = dense(a, [20, 400, 784], (x) => x.relu());
  const images = a.uniform([batch, 784]);
  const draw = a.noise([batch, 20]);
  return training(tf.train.adam(1e-3), () => {
    const features = hidden(images).relu();
    const [mean, logVariance] = [meanHead(features), logVarianceHead(features)];
    const logits = decoder(mean.add(draw().mul(logVariance.mul(0.5).exp())));
    const divergence = logVariance.exp().add(mean.square()).sub(1).sub(logVariance).sum();
    return crossEntropyOfLogits(logits, images).sum().add(divergence.mul(0.5));
  });
}

function dcgan({ batch }, a) {
  const variablesOf = (build) => {
    const before = new Set(Object.keys(tf.engine().registeredVariables));
    const model = build();
    const made = Object.entries(tf.engine().registeredVariables);
    return [model, made.flatMap(([name, v]) => (before.has(name) || !v.trainable ? [] : [v]))];
  };
  const leaky = (x) => x.leakyRelu(0.2);
  const [generate, generatorVariables] = variablesOf(() => {
    const first = denseToImage(a, 64, 64, 7);
    const norm1 = batchNorm(64);
    const up1 = doubling(a, 64, 32);
    const norm2 = batchNorm(32);
    const up2 = doubling(a, 32, 1);
    return (z) => up2(norm2(up1(norm1(first(z)).relu())).relu()).tanh();
  });
  const [judge, discriminatorVariables] = variablesOf(() => {
    const down1 = convolution(a, 1, 32, 4, 2);
    const down2 = convolution(a, 32, 64, 4, 2);
    const norm = batchNorm(64);
    const last = denseOfImage(a, 64, 7, 1);
    return (x) => last(leaky(norm(down2(leaky(down1(x))))));
  });
  const images = a.uniform([batch, 1, 28, 28], -1, 1, toNhwc);
  const draw = a.noise([batch, 64], (z) => z.clone());
  const [generatorOptimizer, discriminatorOptimizer] = [0, 1].map(() =>
    tf.train.adam(2e-4, 0.5, 0.999),
  );
  const loss = (logits, target) => crossEntropyOfLogits(logits, target).mean();
  const step = async () => {
    const noise = draw();
    // What was made once for the discriminator is made again for the generator: a tape holds one loss.
    const discriminatorLoss = discriminatorOptimizer.minimize(
      () => loss(judge(images), 1).add(loss(judge(generate(noise)), 0)),
      true,
      discriminatorVariables,
    );
    const generatorLoss = generatorOptimizer.minimize(
      () => loss(judge(generate(noise)), 1),
      true,
      generatorVariables,
    );
    await discriminatorLoss.data();
    const value = (await generatorLoss.data())[0];
    tf.dispose([noise, discriminatorLoss, generatorLoss]);
    return value;
  };
  return { step };
}

const kinds = {
  mlp: ({ batch }, a) => {
    const model = dense(a, [784, 256, 128, 10], (x) => x.relu());
    return classifier(a, model, a.uniform([batch, 784]));
  },
  "tiny-mlp": ({ batch }, a) => {
    const model = dense(a, [2, 16, 16, 1], (x) => x.tanh());
    const [inputs, targets] = [a.normal([batch, 2]), a.normal([batch, 1])];
    const optimizer = tf.train.momentum(0.01, 0.9);
    return training(optimizer, () => model(inputs).sub(targets).square().mean());
  },
  cnn: ({ batch }, a) => {
    const [first, second] = [convolution(a, 1, 16, 5), convolution(a, 16, 32, 5)];
    const third = denseOfImage(a, 32, 7, 128);
    const last = denseLayer(a, 128, 10);
    const pool = (x) => tf.maxPool(x.relu(), 2, 2, "valid");
    const model = (x) => last(third(pool(second(pool(first(x))))).relu());
    return classifier(a, model, a.uniform([batch, 1, 28, 28], 0, 1, toNhwc));
  },
  vae,
  dcgan,
  matmul: ({ m, k, n }, a) => {
    const [left, right] = [a.normal([m, k]), a.normal([k, n])];
    return operation(() => tf.matMul(left, right));
  },
  gelu: ({ n }, a) => {
    const x = a.normal([n]);
    return operation(() =>
      x.mul(0.5).mul(x.add(x.mul(x).mul(x).mul(0.044715)).mul(0.7978845608028654).tanh().add(1)),
    );
  },
  conv2d: ({ batch, channels, size, kernel, backward }, a) => {
    const inputs = a.normal([batch, channels, size, size], toNhwc);
    const weight = a.normal([channels, channels, kernel, kernel], toHwio);
    const forward = (x, w) => tf.conv2d(x, w, 1, "same");
    if (!backward)
      return operation(
        () => forward(inputs, weight),
        (y) => y.transpose(toNchw),
      );
    const cotangent = a.normal([batch, channels, size, size], toNhwc);
    let gradients = [];
    const step = async () => {
      tf.dispose(gradients);
      gradients = tf.tidy(() => tf.grads(forward)([inputs, weight], cotangent));
      for (const gradient of gradients) {
        const first = tf.tidy(() => gradient.flatten().slice(0, 1));
        await first.data();
        first.dispose();
      }
    };
    const results = async () => {
      const [dx, dw] = gradients;
      return [await dx.transpose(toNchw).data(), await dw.transpose([3, 2, 0, 1]).data()];
    };
    return { step, results };
  },
  adam: ({ n }, a) => {
    const parameter = tf.variable(a.normal([n]));
    const gradient = a.normal([n]).add(1);
    const optimizer = tf.train.adam(1e-3);
    const step = async () => {
      optimizer.applyGradients({ [parameter.name]: gradient });
      const first = tf.tidy(() => parameter.slice(0, 1));
      await first.data();
      first.dispose();
    };
    return { step, results: async () => [await parameter.data()] };
  },
  "layer-norm": ({ rows, columns }, a) => {
    const [x, scale, shift] = [a.normal([rows, columns]), tf.ones([columns]), tf.zeros([columns])];
    return operation(() => {
      const { mean, variance } = tf.moments(x, -1, true);
      return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(scale).add(shift);
    });
  },
  add: vector((x, y) => x.add(y)),
  exp: vector((x) => x.exp()),
  tanh: vector((x) => x.tanh()),
  softmax: matrix((x) => x.softmax(-1)),
  sum: matrix((x) => x.sum(-1)),
  "sum-columns": matrix((x) => x.sum(0)),
  "sum-all": matrix((x) => x.sum()),
  max: matrix((x) => x.max(-1)),
};

function vector(run) {
  return ({ n }, a) => {
    const [x, y] = [a.normal([n]), a.uniform([n])];
    return operation(() => run(x, y));
  };
}

function matrix(run) {
  return ({ rows, columns }, a) => {
    const x = a.uniform([rows, columns]);
    return operation(() => run(x));
  };
}

const isolatedThreads = () => Math.min(2, navigator.hardwareConcurrency);

async function startWasm() {
  const folder = isPage
    ? "/tfjs-backend-wasm/"
    : new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).pathname;
  wasm.setWasmPaths(folder);
  if (isPage) wasm.setThreadsCount(isolatedThreads());
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend did not start");
  await tf.ready();
  if (!isPage) return { threads: [1], notes: "in Node, where this library has no threads" };
  return { threads: [wasm.getThreadsCount()] };
}

async function startWebgpu() {
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw new Error("the webgpu backend did not start");
  await tf.ready();
  return { threads: [1] };
}

export async function openLibrary(backend) {
  const started = await (backend === "webgpu" ? startWebgpu() : startWasm());
  const identity = { lib: "tfjs", version: tf.version.tfjs, backend, dtype: "float32", ...started };
  return { identity, kinds, arrays };
}
