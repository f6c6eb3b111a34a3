import KernelInterface

/// This build's kernels.
package let kernelTable = KernelTable(
  name: variantName,
  vectorWidth: lanes,
  convolve: convolve,
  weightGradient: weightGradient,
  accumulatePatchGradient: accumulatePatchGradient,
  multiplySpectra: multiplySpectra,
  transformTile: transformTile,
  transformTaps: transformTaps,
  transformTapGradients: transformTapGradients,
  accumulateMoments: accumulateMoments,
  normalize: normalize,
  accumulateNormalizationSums: accumulateNormalizationSums,
  accumulateResidualSums: accumulateResidualSums,
  normalizationInputGradient: normalizationInputGradient,
  correlate: correlate,
  correlationGradient: correlationGradient,
  adam: adam,
  add: add,
  multiplyAddPeak: multiplyAddPeak,
  peakMultiplyAdds: 2 * convolutionRows * lanes)
