import KernelInterface

// The one place where the builds differ: the vector, how many rows of it a register file holds, and
// whether the processor multiplies and adds in one instruction.
#if VECTOR16
  typealias Vector = SIMD16<Float>
  typealias DoubleVector = SIMD8<Double>
  typealias DoubleBits = SIMD8<UInt64>
  typealias IndexVector = SIMD16<Int32>
  typealias PoolIndexVector = SIMD16<UInt8>
  typealias ChannelSums = InlineArray<2, Vector>
  let sumVectors = 1
  typealias ConvolutionRows<Sums: RowSums> = Twice<Twice<ThreeRows<Sums>>>
  typealias GradientRows<Sums: RowSums> = Twice<Twice<TwoRows<Sums>>>
  let variantName = "AVX-512"
#elseif VECTOR8
  typealias Vector = SIMD8<Float>
  typealias DoubleVector = SIMD4<Double>
  typealias DoubleBits = SIMD4<UInt64>
  typealias IndexVector = SIMD8<Int32>
  typealias PoolIndexVector = SIMD8<UInt8>
  typealias ChannelSums = InlineArray<4, Vector>
  let sumVectors = 2
  typealias ConvolutionRows<Sums: RowSums> = Twice<ThreeRows<Sums>>
  typealias GradientRows<Sums: RowSums> = Twice<TwoRows<Sums>>
  let variantName = "AVX2"
#else
  typealias Vector = SIMD4<Float>
  typealias DoubleVector = SIMD2<Double>
  typealias DoubleBits = SIMD2<UInt64>
  typealias IndexVector = SIMD4<Int32>
  typealias PoolIndexVector = SIMD4<UInt8>
  typealias ChannelSums = InlineArray<8, Vector>
  let sumVectors = 4
  #if arch(arm64)
    // As many registers as AVX-512 has.
    typealias ConvolutionRows<Sums: RowSums> = Twice<Twice<ThreeRows<Sums>>>
    typealias GradientRows<Sums: RowSums> = Twice<Twice<TwoRows<Sums>>>
  #else
    typealias ConvolutionRows<Sums: RowSums> = Twice<ThreeRows<Sums>>
    typealias GradientRows<Sums: RowSums> = Twice<TwoRows<Sums>>
  #endif
  let variantName = "portable"
#endif

let convolutionRows = ConvolutionRows<VectorSum>.count
let gradientRows = GradientRows<VectorSum>.count
let lanes = Vector.scalarCount
/// Channels that are summed at a time, as many as `channelMultiple`: a cache line in `sumVectors`
/// vectors. A literal, because the constant of another module would be read at run time and keep
/// the sums out of registers.
let sumChannels = 16

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

@inline(__always)
func load(_ pointer: UnsafePointer<Double>) -> DoubleVector {
  UnsafeRawPointer(pointer).loadUnaligned(as: DoubleVector.self)
}

@inline(__always)
func store(_ vector: DoubleVector, _ pointer: UnsafeMutablePointer<Double>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: DoubleVector.self)
}

/// sum + a · b
@inline(__always)
func multiplyAdd(_ sum: Vector, _ a: Vector, _ b: Vector) -> Vector {
  #if VECTOR16 || VECTOR8 || arch(arm64)
    sum.addingProduct(a, b)
  #else
    // Without the instruction, addingProduct calls a library function for every lane.
    sum + a * b
  #endif
}

/// sum + a · b. Not one generic function for both: debug builds do not specialise those of other
/// files, and take minutes for what takes seconds.
@inline(__always)
func multiplyAdd(_ sum: DoubleVector, _ a: DoubleVector, _ b: DoubleVector) -> DoubleVector {
  #if VECTOR16 || VECTOR8 || arch(arm64)
    sum.addingProduct(a, b)
  #else
    sum + a * b
  #endif
}

extension InlineArray where Element == Vector {
  @inline(__always)
  static var zeros: Self { Self(repeating: Vector(repeating: 0)) }
}
