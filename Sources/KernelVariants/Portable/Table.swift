import KernelInterface

/// This build's kernels.
package let kernelTable = KernelTable(
  name: variantName,
  vectorWidth: lanes,
  convolve: convolve,
  weightGradient: weightGradient,
  accumulatePatchGradient: accumulatePatchGradient,
  winogradProduct: winogradProduct,
  transformTile: transformTile,
  transformTaps: transformTaps,
  transformTapGradients: transformTapGradients,
  accumulateStatistics: accumulateStatistics,
  normalize: normalize,
  accumulateNormalizationSums: accumulateNormalizationSums,
  accumulateResidualSums: accumulateResidualSums,
  normalizationInputGradient: normalizationInputGradient,
  correlate: correlate,
  correlationGradient: correlationGradient,
  sumEntropyTerms: sumEntropyTerms,
  changeMergeCosts: changeMergeCosts,
  adam: adam,
  add: add,
  multiplyAddPeak: multiplyAddPeak,
  peakMultiplyAdds: 2 * convolutionRows * lanes)
