import { adaptiveAvgPool2d, Conv2d, ConvTranspose2d } from "@dl/conv";
import {
  BatchNorm,
  Embedding,
  Flatten,
  GroupNorm,
  GRU,
  InstanceNorm,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  ModuleList,
  MultiHeadAttention,
  PReLU,
  Sequential,
  SpectralNorm,
  WeightNorm,
  type Recurrent,
} from "@dl/nn";
import type { Tensor } from "@dl/tensor";

/** A model of scripts/model-files.py, written here. */
export type FileModel = Module & { forward(inputs: Tensor): Tensor };

class Pictures extends Module {
  readonly conv1 = new Conv2d(1, 4, 3, { stride: 2, padding: 1, bias: false });
  readonly bn1 = new BatchNorm(4);
  readonly up = new ConvTranspose2d(4, 6, 4, { stride: 2, padding: 1 });
  readonly bn2 = new BatchNorm(6, { epsilon: 1e-3 });
  readonly head = new Conv2d(6, 1, 1);

  forward(inputs: Tensor): Tensor {
    const x = this.bn1.forward(this.conv1.forward(inputs)).relu();
    return this.head.forward(this.bn2.forward(this.up.forward(x)).relu());
  }
}

class Sentences<State> extends Module {
  readonly fc = new Linear(10, 3);
  readonly rnn: Recurrent<State>;

  constructor(rnn: Recurrent<State>) {
    super();
    this.rnn = rnn;
  }

  forward(inputs: Tensor): Tensor {
    return this.fc.forward(this.rnn.forward(inputs).outputs);
  }
}

/** Properties in camelCase: in Python they are `self_attn` and `feed_forward`. */
class Attention extends Module {
  readonly selfAttn = new MultiHeadAttention(8, 2);
  readonly norm1 = new LayerNorm(8);
  readonly feedForward = new ModuleList([new Linear(8, 12), new Linear(12, 8)]);
  readonly norm2 = new LayerNorm(8);

  forward(inputs: Tensor): Tensor {
    const x = this.norm1.forward(inputs.add(this.selfAttn.forward(inputs).outputs));
    const hidden = this.feedForward[0]!.forward(x).relu();
    return this.norm2.forward(x.add(this.feedForward[1]!.forward(hidden)));
  }
}

class BasicBlock extends Module {
  readonly conv1: Conv2d;
  readonly bn1: BatchNorm;
  readonly conv2: Conv2d;
  readonly bn2: BatchNorm;
  readonly downsample: Sequential | undefined;

  constructor(inChannels: number, outChannels: number, stride: number) {
    super();
    this.conv1 = new Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false });
    this.bn1 = new BatchNorm(outChannels);
    this.conv2 = new Conv2d(outChannels, outChannels, 3, { padding: 1, bias: false });
    this.bn2 = new BatchNorm(outChannels);
    if (stride !== 1)
      this.downsample = new Sequential(
        new Conv2d(inChannels, outChannels, 1, { stride, bias: false }),
        new BatchNorm(outChannels),
      );
  }

  forward(inputs: Tensor): Tensor {
    const x = this.bn1.forward(this.conv1.forward(inputs)).relu();
    const shortcut = this.downsample?.forward(inputs) ?? inputs;
    return this.bn2.forward(this.conv2.forward(x)).add(shortcut).relu();
  }
}

/** torchvision's attribute names. */
class ResNet extends Module {
  readonly conv1 = new Conv2d(3, 4, 3, { stride: 2, padding: 1, bias: false });
  readonly bn1 = new BatchNorm(4);
  readonly layer1 = new Sequential(new BasicBlock(4, 4, 1), new BasicBlock(4, 4, 1));
  readonly layer2 = new Sequential(new BasicBlock(4, 6, 2), new BasicBlock(6, 6, 1));
  readonly fc = new Linear(6, 3);

  forward(inputs: Tensor): Tensor {
    const x = this.bn1.forward(this.conv1.forward(inputs)).relu();
    const features = this.layer2.forward(this.layer1.forward(x));
    return this.fc.forward(adaptiveAvgPool2d(features, 1).flatten(1));
  }
}

class Tied extends Module {
  readonly decoder = new Linear(6, 9, { bias: false });
  readonly norm = new LayerNorm(6);
  readonly embedding = new Embedding(9, 6);

  constructor() {
    super();
    (this.decoder as { weight: unknown }).weight = this.embedding.weight;
  }

  forward(inputs: Tensor): Tensor {
    return this.decoder.forward(this.norm.forward(this.embedding.forward(inputs)));
  }
}

/** By the name of their files. */
export const fileModels: Readonly<Record<string, () => FileModel>> = {
  pictures: () => new Pictures(),
  lstm: () => new Sentences(new LSTM(4, 5, { layerCount: 2, isBidirectional: true })),
  gru: () => new Sentences(new GRU(4, 10, { layerCount: 2 })),
  attention: () => new Attention(),
  resnet: () => new ResNet(),
  normalized: () =>
    new Sequential(
      new SpectralNorm(new Conv2d(2, 3, 3, { padding: 1 })),
      new PReLU({ parameterCount: 3 }),
      new SpectralNorm(new ConvTranspose2d(3, 4, 2, { stride: 2 }), { axis: 1 }),
      new GroupNorm(2, 4),
      new InstanceNorm(4, { affine: true, trackRunningStats: true }),
      new Flatten(),
      new WeightNorm(new Linear(64, 3)),
    ),
  tied: () => new Tied(),
};
