// jax-js 0.1.25 on WebAssembly or WebGPU, steps compiled with jit, in Node and in pages: the same work
// as src/cases. Arrays are counted by reference and an operation consumes its arguments, hence `.ref`.
import { defaultDevice, init, jit, lax, nn, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import manifest from "./node_modules/@jax-js/jax/package.json" with { type: "json" };

const isPage = typeof document !== "undefined";

let seeds = 0;
const key = () => random.key(seeds++);

const arrays = {
  uniform: (shape, low, high) => random.uniform(key(), shape, { minval: low, maxval: high }),
  normal: (shape) => random.normal(key(), shape),
  from: (values, shape) => np.array(values, { shape, dtype: np.float32 }),
};
const keep = (array) => array.ref;

/** Weights lie [in, out] here. */
const denseParameters = (a, sizes) =>
  sizes
    .slice(1)
    .flatMap((out, i) => [
      a.weights([out, sizes[i]], sizes[i], [1, 0]),
      a.weights([out], sizes[i]),
    ]);

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

/** Adam over several arrays: update(parameters, gradients, size, root) inside a jitted step. */
function adamUpdates(params, gradients, ms, vs, size, root, betas) {
  const next = params.map((p, i) =>
    adamUpdate(p, gradients[i], ms[i], vs[i], size.ref, root.ref, betas),
  );
  size.dispose();
  root.dispose();
  return [0, 1, 2].map((part) => next.map((updated) => updated[part]));
}

/** The bias corrections of Adam at step `count`, as arrays, so that a jitted step need not change. */
const corrections = (count, learningRate, [beta1, beta2] = [0.9, 0.999]) => [
  np.array(learningRate / (1 - beta1 ** count)),
  np.array(1 / Math.sqrt(1 - beta2 ** count)),
];

/** Forward, backward, Adam and reading the loss, as one jitted function. */
function adamTraining(start, lossOf, data, learningRate = 1e-3) {
  let parameters = start;
  let first = start.map((p) => np.zeros(p.shape));
  let second = start.map((p) => np.zeros(p.shape));
  let count = 0;
  const update = jit((params, ms, vs, size, root, inputs) => {
    const [loss, gradients] = valueAndGrad(lossOf)(params.map(keep), inputs);
    return [loss, ...adamUpdates(params, gradients, ms, vs, size, root)];
  });
  const step = async () => {
    count++;
    const [size, root] = corrections(count, learningRate);
    const [loss, ...next] = update(parameters, first, second, size, root, data());
    [parameters, first, second] = next;
    return (await loss.data())[0];
  };
  return { step };
}

function crossEntropy(logits, labels) {
  return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(labels), -1)).mul(-1);
}

const oneHotLabels = (a, batch) =>
  nn.oneHot(np.array(a.labels(batch, 10), { dtype: np.int32 }), 10);

/** max(x, 0) − x t + log(1 + exp(−|x|)), element by element. */
const crossEntropyOfLogits = (logits, targets) =>
  nn
    .relu(logits.ref)
    .sub(logits.ref.mul(targets))
    .add(np.log1p(np.exp(np.abs(logits).mul(-1))));

/** Max over 2x2 blocks of an even-sized image. */
function pool(x) {
  const [batch, channels, height, width] = x.shape;
  return np.max(x.reshape([batch, channels, height / 2, 2, width / 2, 2]), [3, 5]);
}

const padded = (size) => [
  [size, size],
  [size, size],
];
const convolve = (x, w, stride, padding) =>
  lax.convGeneralDilated(x, w, [stride, stride], padded(padding));

function operation(run) {
  let kept;
  const step = async () => {
    kept?.dispose();
    kept = run();
    const first = kept.ref.reshape([-1]).slice([0, 1]);
    await first.data();
  };
  return { step, results: async () => [await kept.ref.data()] };
}

function cnn({ batch }, a) {
  const start = [
    a.weights([16, 1, 5, 5], 25),
    a.weights([16, 1, 1], 25),
    a.weights([32, 16, 5, 5], 400),
    a.weights([32, 1, 1], 400),
    ...denseParameters(a, [1568, 128, 10]),
  ];
  const inputs = a.uniform([batch, 1, 28, 28]);
  const labels = oneHotLabels(a, batch);
  const conv = (x, w, b) => pool(nn.relu(convolve(x, w, 1, 2).add(b)));
  return adamTraining(
    start,
    ([w1, b1, w2, b2, ...head], [x, t]) => {
      const features = conv(conv(x, w1, b1), w2, b2).reshape([batch, 1568]);
      return crossEntropy(dense(features, head, nn.relu), t);
    },
    () => [inputs.ref, labels.ref],
  );
}

function vae({ batch }, a) {
  const start = [
    [784, 400],
    [400, 20],
    [400, 20],
    [20, 400, 784],
  ].flatMap((sizes) => denseParameters(a, sizes));
  const images = a.uniform([batch, 784]);
  const draw = a.noise([batch, 20], keep);
  return adamTraining(
    start,
    (params, [x, noise]) => {
      const features = nn.relu(dense(x.ref, params.slice(0, 2)));
      const mean = dense(features.ref, params.slice(2, 4));
      const logVariance = dense(features, params.slice(4, 6));
      const latent = mean.ref.add(noise.mul(np.exp(logVariance.ref.mul(0.5))));
      const logits = dense(latent, params.slice(6), nn.relu);
      const reconstruction = np.sum(crossEntropyOfLogits(logits, x));
      const divergence = np.exp(logVariance.ref).add(np.square(mean)).sub(1).sub(logVariance);
      return reconstruction.add(np.sum(divergence).mul(0.5));
    },
    () => [images.ref, draw()],
  );
}

/** By the batch's statistics; jax-js keeps no running mean, so that work is left out. */
function batchNorm(x, scale, shift) {
  const centred = x.ref.sub(np.mean(x, [0, 2, 3], { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(scale)
    .add(shift);
}

/** Kernel 4, stride 2, padding 1: twice the size; the weight is [out, in, 4, 4] with both sides turned. */
const doubled = (x, w) => lax.convGeneralDilated(x, w, [1, 1], padded(2), { lhsDilation: [2, 2] });

function dcgan({ batch }, a) {
  const norm = (channels) => [np.ones([channels, 1, 1]), np.zeros([channels, 1, 1])];
  // Turning the taps of a random weight changes nothing; a given one is turned here.
  const transposedWeight = (inputs, outputs) =>
    np.flip(a.weights([inputs, outputs, 4, 4], outputs * 16, [1, 0, 2, 3]), [2, 3]);
  const convWeights = (outputs, inputs) => [
    a.weights([outputs, inputs, 4, 4], inputs * 16),
    a.weights([outputs, 1, 1], inputs * 16),
  ];
  let generator = [...denseParameters(a, [64, 3136]), ...norm(64), transposedWeight(64, 32)];
  generator.push(a.weights([32, 1, 1], 512), ...norm(32), transposedWeight(32, 1));
  generator.push(a.weights([1, 1, 1], 16));
  let discriminator = [...convWeights(32, 1), ...convWeights(64, 32), ...norm(64)];
  discriminator.push(...denseParameters(a, [3136, 1]));
  const images = a.uniform([batch, 1, 28, 28], -1, 1);
  const draw = a.noise([batch, 64], keep);

  const generate = ([w0, b0, s1, t1, w1, b1, s2, t2, w2, b2], z) => {
    const first = np.matmul(z, w0).add(b0).reshape([batch, 64, 7, 7]);
    const second = doubled(nn.relu(batchNorm(first, s1, t1)), w1).add(b1);
    return np.tanh(doubled(nn.relu(batchNorm(second, s2, t2)), w2).add(b2));
  };
  const judge = ([w1, b1, w2, b2, s, t, w3, b3], x) => {
    const first = nn.leakyRelu(convolve(x, w1, 2, 1).add(b1), 0.2);
    const second = batchNorm(convolve(first, w2, 2, 1).add(b2), s, t);
    return np.matmul(nn.leakyRelu(second, 0.2).reshape([batch, 3136]), w3).add(b3);
  };
  const loss = (logits, target) => np.mean(crossEntropyOfLogits(logits, target));

  const zerosOf = (parameters) => parameters.map((p) => np.zeros(p.shape));
  let [gm, gv, dm, dv] = [generator, generator, discriminator, discriminator].map(zerosOf);
  const betas = [0.5, 0.999];
  const discriminatorUpdate = jit((params, ms, vs, size, root, made, real) => {
    const [value, gradients] = valueAndGrad((ps) =>
      loss(judge(ps.map(keep), real), 1).add(loss(judge(ps, made), 0)),
    )(params.map(keep));
    return [value, ...adamUpdates(params, gradients, ms, vs, size, root, betas)];
  });
  // What was made once for the discriminator is made again: a gradient belongs to one jitted function.
  const generatorUpdate = jit((params, ms, vs, size, root, judging, z) => {
    const [value, gradients] = valueAndGrad((ps) => loss(judge(judging, generate(ps, z)), 1))(
      params.map(keep),
    );
    return [value, ...adamUpdates(params, gradients, ms, vs, size, root, betas)];
  });
  const make = jit(generate);
  let count = 0;
  const step = async () => {
    count++;
    const z = draw();
    const made = make(generator.map(keep), z.ref);
    let scales = corrections(count, 2e-4, betas);
    let value;
    [value, discriminator, dm, dv] = discriminatorUpdate(
      discriminator,
      dm,
      dv,
      ...scales,
      made,
      images.ref,
    );
    const discriminatorLoss = value;
    scales = corrections(count, 2e-4, betas);
    const judging = discriminator.map(keep);
    [value, generator, gm, gv] = generatorUpdate(generator, gm, gv, ...scales, judging, z);
    await discriminatorLoss.data();
    return (await value.data())[0];
  };
  return { step };
}

const kinds = {
  mlp: ({ batch }, a) => {
    const start = denseParameters(a, [784, 256, 128, 10]);
    const [inputs, labels] = [a.uniform([batch, 784]), oneHotLabels(a, batch)];
    return adamTraining(
      start,
      (params, [x, t]) => crossEntropy(dense(x, params, nn.relu), t),
      () => [inputs.ref, labels.ref],
    );
  },
  "tiny-mlp": ({ batch }, a) => {
    let parameters = denseParameters(a, [2, 16, 16, 1]);
    const [inputs, targets] = [a.normal([batch, 2]), a.normal([batch, 1])];
    let velocities = parameters.map((p) => np.zeros(p.shape));
    const update = jit((params, vs, x, t) => {
      const [loss, gradients] = valueAndGrad((ps) =>
        np.mean(np.square(dense(x, ps, np.tanh).sub(t))),
      )(params.map(keep));
      const next = vs.map((v, i) => v.mul(0.9).add(gradients[i]));
      return [loss, params.map((p, i) => p.sub(next[i].ref.mul(0.01))), next];
    });
    const step = async () => {
      const [loss, ...next] = update(parameters, velocities, inputs.ref, targets.ref);
      [parameters, velocities] = next;
      return (await loss.data())[0];
    };
    return { step };
  },
  cnn,
  vae,
  dcgan,
  matmul: ({ m, k, n }, a) => {
    const [left, right] = [a.normal([m, k]), a.normal([k, n])];
    const run = jit((x, y) => np.matmul(x, y));
    return operation(() => run(left.ref, right.ref));
  },
  gelu: ({ n }, a) => {
    const input = a.normal([n]);
    const run = jit((x) => {
      const cube = x.ref.mul(x.ref).mul(x.ref);
      const inner = x.ref.add(cube.mul(0.044715)).mul(0.7978845608028654);
      return x.mul(0.5).mul(np.tanh(inner).add(1));
    });
    return operation(() => run(input.ref));
  },
  conv2d: ({ batch, channels, size, kernel, backward }, a) => {
    const inputs = a.normal([batch, channels, size, size]);
    const weight = a.normal([channels, channels, kernel, kernel]);
    const apply = (x, w) => convolve(x, w, 1, (kernel - 1) / 2);
    const forward = jit(apply);
    if (!backward) return operation(() => forward(inputs.ref, weight.ref));
    const cotangent = a.normal([batch, channels, size, size]);
    const run = jit((x, w, dy) => {
      const [y, gradients] = valueAndGrad((ps, qs) => np.sum(apply(ps, qs).mul(dy)), {
        argnums: [0, 1],
      })(x, w);
      return [y, ...gradients];
    });
    let kept = [];
    const step = async () => {
      for (const result of kept) result.dispose();
      kept = run(inputs.ref, weight.ref, cotangent.ref);
      for (const result of kept) await result.ref.reshape([-1]).slice([0, 1]).data();
    };
    return { step, results: async () => Promise.all(kept.slice(1).map((g) => g.ref.data())) };
  },
  adam: ({ n }, a) => {
    let p = a.normal([n]);
    const gradient = a.normal([n]).add(1);
    let [m, v] = [np.zeros([n]), np.zeros([n])];
    const update = jit((...all) => adamUpdate(...all));
    let count = 0;
    const step = async () => {
      count++;
      const [size, root] = corrections(count, 1e-3);
      [p, m, v] = update(p, gradient.ref, m, v, size, root);
      await p.ref.slice([0, 1]).data();
    };
    return { step, results: async () => [await p.ref.data()] };
  },
  "layer-norm": ({ rows, columns }, a) => {
    const [x, scale, shift] = [a.normal([rows, columns]), np.ones([columns]), np.zeros([columns])];
    const run = jit((y, s, b) => {
      const centred = y.ref.sub(np.mean(y, -1, { keepdims: true }));
      const variance = np.mean(np.square(centred.ref), -1, { keepdims: true });
      return centred
        .div(np.sqrt(variance.add(1e-5)))
        .mul(s)
        .add(b);
    });
    return operation(() => run(x.ref, scale.ref, shift.ref));
  },
  add: ({ n }, a) => {
    const [left, right] = [a.normal([n]), a.uniform([n])];
    const run = jit((x, y) => x.add(y));
    return operation(() => run(left.ref, right.ref));
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
  return ({ n }, a) => {
    const x = a.normal([n]);
    const run = jit(build);
    return operation(() => run(x.ref));
  };
}

function matrix(build) {
  return ({ rows, columns }, a) => {
    const x = a.uniform([rows, columns]);
    const run = jit(build);
    return operation(() => run(x.ref));
  };
}

export async function openLibrary(backend) {
  const devices = await init(backend);
  if (!devices.includes(backend)) throw new Error(`the ${backend} backend did not start`);
  defaultDevice(backend);
  const isThreaded = isPage && backend === "wasm" && crossOriginIsolated;
  const identity = {
    lib: "jax-js",
    version: manifest.version,
    backend,
    dtype: "float32",
    threads: [isThreaded ? navigator.hardwareConcurrency : 1],
    notes: isPage ? "jit" : "jit; in Node, where this library has no threads",
  };
  return { identity, kinds, arrays };
}
