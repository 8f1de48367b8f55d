import Foundation
import Synchronization

/// Seconds by a number of tokens, or of sequences, each worked out when it is first asked for;
/// copies share what is known.
///
/// Threads may fill it together: what a number costs is the same whoever works it out, so that it
/// does not matter whose result stands in the table.
struct PriceTable: Sendable {
  /// The most that has a place; more is worked out each time.
  private static let most = 1 << 16
  /// The bits of each price; 0 for what is not known yet.
  nonisolated(unsafe) let bits: UnsafeMutablePointer<Atomic<UInt64>>
  /// Frees them when the last copy is gone.
  private let owner: Owner

  private final class Owner: Sendable {
    nonisolated(unsafe) let bits: UnsafeMutablePointer<Atomic<UInt64>>

    init(_ bits: UnsafeMutablePointer<Atomic<UInt64>>) { self.bits = bits }

    deinit { free(bits) }
  }

  init() {
    // Zeros that the system gives take no memory until they are written over.
    guard let zeros = calloc(Self.most + 1, MemoryLayout<Atomic<UInt64>>.stride) else {
      preconditionFailure("there is memory for a table of prices")
    }
    bits = zeros.bindMemory(to: Atomic<UInt64>.self, capacity: Self.most + 1)
    owner = Owner(bits)
  }

  /// The seconds of `number`; 0 where they are not known.
  @inline(__always)
  subscript(number: Int) -> Double {
    guard UInt(bitPattern: number) <= UInt(Self.most) else { return 0 }
    return Double(bitPattern: bits[number].load(ordering: .relaxed))
  }

  /// Keeps the `seconds` of `number`, and returns them.
  func keep(_ seconds: Double, of number: Int) -> Double {
    if UInt(bitPattern: number) <= UInt(Self.most) {
      bits[number].store(seconds.bitPattern, ordering: .relaxed)
    }
    return seconds
  }
}
