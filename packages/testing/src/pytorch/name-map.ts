/**
 * What stands here for PyTorch's names: a list of `theirs:ours`, or one word where ours is theirs in
 * camel case. Ours are exports of @dl/tensor, @dl/autograd, @dl/nn and @dl/conv, and members of
 * Tensor.
 */
interface NameMap {
  readonly present: string;
  /** Names that are not here, by reason. */
  readonly absent: Readonly<Record<string, string>>;
}

export const tensorNames: NameMap = {
  present: `
    H:matrixTranspose T:matrixTranspose mH:matrixTranspose mT:matrixTranspose t:matrixTranspose
    abs absolute:abs acos acosh add adjoint:matrixTranspose all amax amin any arccos:acos arccosh:acosh
    arcsin:asin arcsinh:asinh arctan:atan arctan2:atan2 arctanh:atanh argmax argmin argsort
    argwhere:nonzero asin asinh atan atan2 atanh backward bernoulli bitwise_and bitwise_left_shift:shiftLeft
    bitwise_not bitwise_or bitwise_right_shift:shiftRight bitwise_xor bmm:matmul bool:cast
    broadcast_to:expand ceil cholesky chunk clamp clamp_max:clamp clamp_min:clamp clip:clamp clone
    copysign:copySign cos cosh count_nonzero cpu:to cross cumprod cumsum data deg2rad det detach
    device:backend diag:diagonal diag_embed:diagonalMatrix diagflat:diagonalMatrix diagonal diff dim:ndim
    div divide:div dot double:cast dtype eq:equal erf erfc exp exp2 expand expand_as:expand expm1
    fix:trunc flatten flip fliplr:flip flipud:flip float:cast float_power:pow floor floor_divide fmax fmin
    fmod frac gather ge:greaterEqual ger:outer grad grad_fn:graphOf greater greater_equal gt:greater
    hardshrink heaviside hypot index_add index_select inner:tensordot int:cast inverse is_leaf
    isclose:isClose isfinite:isFinite isinf:isInf isnan:isNaN isneginf:isNegInf isposinf:isPosInf item
    kron le:lessEqual lerp less less_equal log log10 log1p log2 log_softmax logaddexp
    logaddexp2 logcumsumexp logdet logical_and logical_not logical_or logical_xor logit logsumexp lstsq
    lt:less masked_fill masked_select matmul matrix_exp matrix_power max maximum mean median min
    minimum mm:matmul moveaxis:moveAxis movedim:moveAxis msort:sort mul multiply:mul mv:matmul
    nan_to_num nanmean:nanMean nansum:nanSum narrow ndim ndimension:ndim ne:notEqual neg negative:neg
    nelement:elementCount new_full:full new_ones:ones new_tensor:tensor new_zeros:zeros nonzero norm
    not_equal numel:elementCount numpy:data outer permute pinverse pow prelu:PReLU prod qr quantile
    rad2deg ravel:flatten reciprocal register_hook relu remainder repeat:tile repeat_interleave
    requires_grad reshape reshape_as:reshape retain_grad roll round rsqrt scatter scatter_add select
    sgn:sign shape sigmoid sign signbit:signBit sin sinh size:shape slogdet softmax sort split
    split_with_sizes:split sqrt square squeeze std sub subtract:sub sum svd swapaxes:transpose
    swapdims:transpose symeig:eigh take take_along_dim:gather tan tanh tile to tolist:toArray topk trace
    transpose triangular_solve true_divide:div trunc tril triu type:cast type_as:cast unbind unflatten
    unsqueeze var vdot:dot view:reshape view_as:reshape where xlogy sum_to_size:sum positive:clone solve
  `,
  absent: {
    "one line of other operations": `addbmm addcdiv addcmul addmm addmv addr allclose aminmax baddbmm ldexp equal
      cholesky_inverse cholesky_solve corrcoef cov dist dsplit hsplit vsplit kthvalue mode
      nanmedian nanquantile renorm rot90 sinc tensor_split lcm gcd mvlgamma unsafe_chunk
      unsafe_split unsafe_split_with_sizes`,
    "tensors are immutable, and views never alias a write": `as_strided as_strided_scatter
      diagonal_scatter index_copy index_fill index_put index_reduce masked_scatter narrow_copy put
      resize resize_as scatter_reduce select_scatter slice_scatter unfold`,
    "results whose size depends on the elements; only nonzero and maskedSelect wait for it": `bincount
      histc histogram unique unique_consecutive multinomial`,
    "no type but float32, float64, int32, uint32 and bool": `bfloat16 byte cdouble cfloat chalf char half
      long short`,
    "complex numbers": `angle conj conj_physical imag real is_complex is_conj is_neg isreal resolve_conj
      resolve_neg eig`,
    "special functions without a use here yet": `digamma erfinv i0 igamma igammac lgamma polygamma
      frexp nextafter cummax cummin`,
    "factors without the result that they serve": `geqrf lu lu_solve orgqr ormqr`,
    "signal processing": `istft stft`,
    "sparse, quantised and nested tensors": `ccol_indices coalesce col_indices crow_indices dense_dim
      dequantize indices int_repr is_coalesced is_nested is_quantized is_sparse is_sparse_csr layout
      q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point qscheme
      row_indices smm sparse_dim sparse_mask sspaddmm to_dense to_padded_tensor to_sparse to_sparse_bsc
      to_sparse_bsr to_sparse_coo to_sparse_csc to_sparse_csr values is_mkldnn to_mkldnn`,
    "other devices, memory layout and the interpreter's own": `as_subclass contiguous cuda data_ptr
      element_size get_device ipu is_contiguous is_cpu is_cuda is_distributed is_floating_point
      is_inference is_ipu is_meta is_mps is_nonzero is_ort is_pinned is_same_size is_set_to is_shared
      is_signed is_vulkan is_xpu new new_empty new_empty_strided output_nr pin_memory record_stream
      reinforce retains_grad storage storage_offset storage_type stride volatile xpu`,
    "named axes": `align_as align_to has_names name names refine_names rename`,
  },
};

export const functionalNames: NameMap = {
  present: `
    adaptive_avg_pool2d adaptive_max_pool2d alpha_dropout:AlphaDropout avg_pool1d avg_pool2d avg_pool3d
    batch_norm:BatchNorm bilinear:Bilinear binary_cross_entropy binary_cross_entropy_with_logits celu
    conv1d conv2d conv3d conv_transpose1d conv_transpose2d conv_transpose3d cosine_embedding_loss
    cosine_similarity cross_entropy dropout:Dropout dropout1d:SpatialDropout dropout2d:SpatialDropout
    dropout3d:SpatialDropout elu embedding:Embedding fold gaussian_nll_loss:gaussianNegativeLogLikelihood
    gelu glu:GLU group_norm:GroupNorm hardshrink hardsigmoid hardswish hardtanh hinge_embedding_loss
    huber_loss instance_norm:InstanceNorm interpolate kl_div:klDivergenceLoss l1_loss:meanAbsoluteError
    layer_norm:LayerNorm leaky_relu linear log_softmax logsigmoid:logSigmoid lp_pool2d
    margin_ranking_loss max_pool1d max_pool2d max_pool2d_with_indices max_pool3d
    max_unpool2d mish mse_loss:meanSquaredError multi_head_attention_forward:MultiHeadAttention
    multi_margin_loss nll_loss:negativeLogLikelihood normalize one_hot pad pairwise_distance pixel_shuffle
    pixel_unshuffle poisson_nll_loss:poissonNegativeLogLikelihood prelu:PReLU relu relu6 selu sigmoid silu
    smooth_l1_loss softmax softmin:Softmin softplus softshrink softsign tanh tanhshrink threshold
    triplet_margin_loss unfold upsample:interpolate upsample_bilinear:interpolate
    upsample_nearest:interpolate
  `,
  absent: {
    "one line of other operations": `gumbel_softmax pdist soft_margin_loss
      triplet_margin_with_distance_loss channel_shuffle native_channel_shuffle conv_tbc
      multilabel_margin_loss multilabel_soft_margin_loss local_response_norm embedding_bag rrelu
      feature_alpha_dropout`,
    "pooling that nobody has asked for in this form": `adaptive_avg_pool1d adaptive_avg_pool3d
      adaptive_max_pool1d adaptive_max_pool1d_with_indices adaptive_max_pool2d_with_indices
      adaptive_max_pool3d adaptive_max_pool3d_with_indices fractional_max_pool2d
      fractional_max_pool2d_with_indices fractional_max_pool3d fractional_max_pool3d_with_indices lp_pool1d
      max_pool1d_with_indices max_pool3d_with_indices max_unpool1d max_unpool3d`,
    "sampling at given places": `affine_grid grid_sample`,
    "sequence alignment": `ctc_loss`,
  },
};

/** Their name and ours, in the order of the list. */
export function presentNames({ present }: NameMap): [theirs: string, ours: string][] {
  return words(present).map((word) => {
    const [theirs, ours = camelCase(theirs!)] = word.split(":");
    return [theirs!, ours];
  });
}

export function absentNames({ absent }: NameMap): [reason: string, names: string[]][] {
  return Object.entries(absent).map(([reason, names]) => [reason, words(names)]);
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

const camelCase = (name: string): string =>
  name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
