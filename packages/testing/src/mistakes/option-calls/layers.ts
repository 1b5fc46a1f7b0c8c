import * as conv from "@dl/conv";
import * as nn from "@dl/nn";
import { arange, ones, tensor, zeros, type Tensor } from "@dl/tensor";
import type { OptionCalls } from "./option-call.ts";

const sequences = (): Tensor => ones([1, 2, 6]);
const images = (): Tensor => ones([1, 2, 6, 6]);
const volumes = (): Tensor => ones([1, 2, 4, 4, 4]);
const classes = (): Tensor => zeros([2], { dtype: "int32" });
const scores = (): Tensor => ones([2, 3]);
const linear = (): nn.Linear => new nn.Linear(3, 2);

const convolutions: OptionCalls = {
  avgPool1d: () => [conv.avgPool1d, sequences(), 2],
  avgPool2d: () => [conv.avgPool2d, images(), 2],
  avgPool3d: () => [conv.avgPool3d, volumes(), 2],
  conv1d: () => [conv.conv1d, sequences(), ones([2, 2, 3]), undefined],
  conv2d: () => [conv.conv2d, images(), ones([2, 2, 3, 3]), undefined],
  conv3d: () => [conv.conv3d, volumes(), ones([2, 2, 3, 3, 3]), undefined],
  convTranspose1d: () => [conv.convTranspose1d, sequences(), ones([2, 2, 3]), undefined],
  convTranspose2d: () => [conv.convTranspose2d, images(), ones([2, 2, 3, 3]), undefined],
  convTranspose3d: () => [conv.convTranspose3d, volumes(), ones([2, 2, 3, 3, 3]), undefined],
  fold: () => [conv.fold, ones([1, 8, 9]), 4, 2],
  interpolate: () => [conv.interpolate, images()],
  lpPool2d: () => [conv.lpPool2d, images(), 2, 2],
  maxPool1d: () => [conv.maxPool1d, sequences(), 2],
  maxPool2d: () => [conv.maxPool2d, images(), 2],
  maxPool2dWithIndices: () => [conv.maxPool2dWithIndices, images(), 2],
  maxPool3d: () => [conv.maxPool3d, volumes(), 2],
  maxUnpool2d: () => {
    const places = arange(18).mul(2).reshape([1, 2, 3, 3]).cast("int32");
    return [conv.maxUnpool2d, ones([1, 2, 3, 3]), places, 2];
  },
  unfold: () => [conv.unfold, images(), 2],
  upfirdn2d: () => [conv.upfirdn2d, images(), ones([2])],
  "new AvgPool1d": () => [conv.AvgPool1d, 2],
  "new AvgPool2d": () => [conv.AvgPool2d, 2],
  "new AvgPool3d": () => [conv.AvgPool3d, 2],
  "new Conv1d": () => [conv.Conv1d, 2, 2, 3],
  "new Conv2d": () => [conv.Conv2d, 2, 2, 3],
  "new Conv3d": () => [conv.Conv3d, 2, 2, 3],
  "new ConvTranspose1d": () => [conv.ConvTranspose1d, 2, 2, 3],
  "new ConvTranspose2d": () => [conv.ConvTranspose2d, 2, 2, 3],
  "new ConvTranspose3d": () => [conv.ConvTranspose3d, 2, 2, 3],
  "new Fold": () => [conv.Fold, 4, 2],
  "new LpPool2d": () => [conv.LpPool2d, 2, 2],
  "new MaxPool1d": () => [conv.MaxPool1d, 2],
  "new MaxPool2d": () => [conv.MaxPool2d, 2],
  "new MaxPool3d": () => [conv.MaxPool3d, 2],
  "new MaxUnpool2d": () => [conv.MaxUnpool2d, 2],
  "new Unfold": () => [conv.Unfold, 2],
  "new Upsample": () => [conv.Upsample],
};

const layers: OptionCalls = {
  "Module.loadStateDict": () => {
    const layer = linear();
    return [layer.loadStateDict.bind(layer), layer.stateDict()];
  },
  loadPytorchStateDict: () => [nn.loadPytorchStateDict, linear(), nn.pytorchStateDict(linear())],
  matchState: () => [nn.matchState, "load", linear(), new Map()],
  "MultiHeadAttention.forward": () => {
    const attention = new nn.MultiHeadAttention(2, 1);
    const x = ones([1, 3, 2]);
    return [attention.forward.bind(attention), x, x, x];
  },
  "new AlphaDropout": () => [nn.AlphaDropout, 0.5],
  "new BatchNorm": () => [nn.BatchNorm, 2],
  "new Bilinear": () => [nn.Bilinear, 2, 2, 2],
  "new Dropout": () => [nn.Dropout, 0.5],
  "new Embedding": () => [nn.Embedding, 3, 2],
  "new GRU": () => [nn.GRU, 2, 2],
  "new GRUCell": () => [nn.GRUCell, 2, 2],
  "new GroupNorm": () => [nn.GroupNorm, 1, 2],
  "new InstanceNorm": () => [nn.InstanceNorm, 2],
  "new LSTM": () => [nn.LSTM, 2, 2],
  "new LSTMCell": () => [nn.LSTMCell, 2, 2],
  "new LayerNorm": () => [nn.LayerNorm, 2],
  "new Linear": () => [nn.Linear, 3, 2],
  "new MultiHeadAttention": () => [nn.MultiHeadAttention, 2, 1],
  "new PReLU": () => [nn.PReLU],
  "new RMSNorm": () => [nn.RMSNorm, 2],
  "new RNN": () => [nn.RNN, 2, 2],
  "new RNNCell": () => [nn.RNNCell, 2, 2],
  "new Recurrent": () => [Stacked, "stacked", () => new nn.GRUCell(2, 2), 2, 2],
  "new RecurrentCell": () => [OneGate, "oneGate", 1, 2, 2],
  "new SpatialDropout": () => [nn.SpatialDropout, 0.5],
  "new SpectralNorm": () => [nn.SpectralNorm, linear()],
  "new WeightNorm": () => [nn.WeightNorm, linear()],
};

/** A layer and a cell of the user's own. */
class Stacked extends nn.Recurrent<Tensor> {}
class OneGate extends nn.GRUCell {
  constructor(_op: string, _gates: number, size: number, hidden: number, options?: object) {
    super(size, hidden, options);
  }
}

const losses: OptionCalls = {
  binaryCrossEntropy: () => [nn.binaryCrossEntropy, ones([2]), ones([2])],
  binaryCrossEntropyWithLogits: () => [nn.binaryCrossEntropyWithLogits, ones([2]), ones([2])],
  cosineEmbeddingLoss: () => [nn.cosineEmbeddingLoss, scores(), scores(), ones([2])],
  crossEntropy: () => [nn.crossEntropy, scores(), classes()],
  elasticNetPenalty: () => [nn.elasticNetPenalty, [ones([2])]],
  gaussianNegativeLogLikelihood: () => [
    nn.gaussianNegativeLogLikelihood,
    ones([2]),
    ones([2]),
    ones([2]),
  ],
  hingeEmbeddingLoss: () => [nn.hingeEmbeddingLoss, ones([2]), ones([2])],
  huberLoss: () => [nn.huberLoss, ones([2]), ones([2])],
  klDivergenceLoss: () => [nn.klDivergenceLoss, ones([2]), ones([2])],
  marginRankingLoss: () => [nn.marginRankingLoss, ones([2]), ones([2]), ones([2])],
  meanAbsoluteError: () => [nn.meanAbsoluteError, ones([2]), ones([2])],
  meanSquaredError: () => [nn.meanSquaredError, ones([2]), ones([2])],
  multiMarginLoss: () => [nn.multiMarginLoss, scores(), classes()],
  negativeLogLikelihood: () => [nn.negativeLogLikelihood, scores(), classes()],
  poissonNegativeLogLikelihood: () => [nn.poissonNegativeLogLikelihood, ones([2]), ones([2])],
  smoothL1Loss: () => [nn.smoothL1Loss, ones([2]), ones([2])],
  tripletMarginLoss: () => [
    nn.tripletMarginLoss,
    scores(),
    scores(),
    tensor([
      [1, 2, 3],
      [3, 2, 1],
    ]),
  ],
};

const initializers: OptionCalls = {
  defaultUniform: () => [nn.defaultUniform, [2, 2], 2],
  dirac: () => [nn.dirac, [2, 2, 3]],
  heNormal: () => [nn.heNormal, [2, 2]],
  heUniform: () => [nn.heUniform, [2, 2]],
  identityInitializer: () => [nn.identityInitializer, [2, 2]],
  leCunNormal: () => [nn.leCunNormal, [2, 2]],
  leCunUniform: () => [nn.leCunUniform, [2, 2]],
  normalInitializer: () => [nn.normalInitializer],
  orthogonal: () => [nn.orthogonal, [2, 2]],
  sparse: () => [nn.sparse, [2, 2]],
  truncatedNormalInitializer: () => [nn.truncatedNormalInitializer],
  xavierNormal: () => [nn.xavierNormal, [2, 2]],
  xavierUniform: () => [nn.xavierUniform, [2, 2]],
};

/** Of layers, losses and initialisers. */
export const layerCalls: OptionCalls = {
  ...convolutions,
  ...layers,
  ...losses,
  ...initializers,
};
