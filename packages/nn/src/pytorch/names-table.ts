/**
 * What PyTorch calls the state of a class of modules; a class says it in `static pytorchNaming`.
 *
 * What is not said follows the rule: properties in snake_case (`inProjWeight` is `in_proj_weight`),
 * items of arrays and lists by number.
 */
export interface PytorchNaming {
  /**
   * Ours, as a path from the module or the beginning of one, to theirs. `*` in both is the number of an
   * item; "" leaves a level out. Of several names the first is written, and all are read.
   */
  readonly names?: Readonly<Record<string, string | readonly string[]>>;
  /** Scalar int64 counters that only PyTorch keeps, each beside one of our buffers: written as 0. */
  readonly counters?: Readonly<Record<string, string>>;
  /** Whether names stay as they are, instead of turning into snake_case. */
  readonly isVerbatim?: boolean;
}

/** BatchNorm and InstanceNorm. The counter serves `momentum=None` only, which is not here. */
export const runningStatisticsNaming: PytorchNaming = {
  names: { runningVariance: "running_var" },
  counters: { num_batches_tracked: "runningMean" },
};

/** RNN, LSTM and GRU: the gates' order is PyTorch's (i, f, g, o and r, z, n). */
export const recurrentNaming: PytorchNaming = {
  names: {
    "layers.*.weightIh": "weight_ih_l*",
    "layers.*.weightHh": "weight_hh_l*",
    "layers.*.biasIh": "bias_ih_l*",
    "layers.*.biasHh": "bias_hh_l*",
    "reverseLayers.*.weightIh": "weight_ih_l*_reverse",
    "reverseLayers.*.weightHh": "weight_hh_l*_reverse",
    "reverseLayers.*.biasIh": "bias_ih_l*_reverse",
    "reverseLayers.*.biasHh": "bias_hh_l*_reverse",
  },
};

/** torch.nn.utils.spectral_norm; read too: torch.nn.utils.parametrizations.spectral_norm. */
export const spectralNormNaming: PytorchNaming = {
  names: {
    layer: "",
    "layer.weight": ["weight_orig", "parametrizations.weight.original"],
    u: ["weight_u", "parametrizations.weight.0._u"],
    v: ["weight_v", "parametrizations.weight.0._v"],
  },
};

/** torch.nn.utils.weight_norm; read too: torch.nn.utils.parametrizations.weight_norm (PyTorch 2). */
export const weightNormNaming: PytorchNaming = {
  names: {
    layer: "",
    magnitude: ["weight_g", "parametrizations.weight.original0"],
    "layer.weight": ["weight_v", "parametrizations.weight.original1"],
  },
};

/** ModuleDict: its names are the user's. */
export const verbatimNaming: PytorchNaming = { isVerbatim: true };
