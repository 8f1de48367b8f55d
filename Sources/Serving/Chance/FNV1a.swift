/// The 64-bit FNV-1a hash (Fowler, Noll, Vo): the same on every machine and in every run.
public struct FNV1a: Equatable {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  public init(_ text: String) {
    for byte in text.utf8 { combine(byte) }
  }

  /// Takes one more byte.
  @inline(__always)
  public mutating func combine(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
  }
}
