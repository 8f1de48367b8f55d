import Foundation

/// The measured times of a GPU's kernels.
public struct KernelTables: Sendable, Equatable {
  public let all: [KernelTable]
  /// What tables are found by, operation by operation, and what they hold, apart from what only
  /// people read.
  private let operations: [(name: MeasuredOperation, heads: Range<Int>)]
  private let heads: [Head]
  private let times: [TimeTable]

  private struct Head {
    var format: NumberFormat
    var variant: Int
    /// Where the table stands.
    var place: Int
  }

  public init(_ tables: [KernelTable] = []) {
    all = tables
    times = tables.map(\.times)
    var operations: [(name: MeasuredOperation, heads: Range<Int>)] = []
    var heads: [Head] = []
    for first in tables where !operations.contains(where: { $0.name == first.operation }) {
      let start = heads.count
      for (place, table) in tables.enumerated() where table.operation == first.operation {
        heads.append(Head(format: table.format, variant: table.variant, place: place))
      }
      operations.append((first.operation, start..<heads.count))
    }
    (self.operations, self.heads) = (operations, heads)
  }

  public static func == (one: KernelTables, other: KernelTables) -> Bool { one.all == other.all }

  /// These tables with `newer` in the place of those of the same operation, format and variant,
  /// and behind the others where there are none.
  public func replacing(_ newer: [KernelTable]) -> KernelTables {
    var tables = all
    for table in newer {
      let place = tables.firstIndex(where: table.replaces)
      if let place { tables[place] = table } else { tables.append(table) }
    }
    return KernelTables(tables)
  }

  /// These tables, and those of `other` for operations that these have none of, or not in that
  /// format: kernels are taken to fall as far short of the data sheet as on the GPU called `name`.
  public func completed(by other: KernelTables, of name: String) -> KernelTables {
    let missing = other.all.filter { table in
      !all.contains { $0.operation == table.operation && $0.format == table.format }
    }
    return KernelTables(
      all
        + missing.map { table in
          var copy = table
          copy.borrowedFrom = table.borrowedFrom ?? name
          return copy
        })
  }

  /// Where the table for `kernel` stands: one of its format and variant if there is one, else of
  /// the nearest variant, else of another format, whose kernels are taken to fall as far short of
  /// their own estimate; nil where nothing of its kind was measured.
  private func place(of kernel: Kernel) -> Int? {
    var best: Int?
    var least = Int.max
    for operation in operations where operation.name == kernel.operation {
      for head in heads[operation.heads] {
        let distance =
          abs(head.variant - kernel.variant) + (head.format == kernel.format ? 0 : 1 << 20)
          + (head.format == .bf16 ? 0 : 1 << 19)
        if distance < least {
          best = head.place
          least = distance
        }
      }
    }
    if best == nil, let other = kernel.operation.standIn {
      var alike = kernel
      alike.operation = other
      return place(of: alike)
    }
    return best
  }

  /// The table for `kernel`, or nil where nothing of its kind was measured.
  func table(for kernel: Kernel) -> KernelTable? { place(of: kernel).map { all[$0] } }

  /// The part of the table for `kernel` that has its coordinates but for the last two.
  func slice(through kernel: Kernel, on gpu: GPU) -> KernelSlice {
    KernelSlice(table(for: kernel)?.times, through: kernel, on: gpu)
  }

  /// The seconds of `kernel` on `gpu`, or nil where nothing of its kind was measured.
  @inline(__always)
  func seconds(_ kernel: Kernel, on gpu: borrowing GPU) -> Double? {
    guard let place = place(of: kernel) else { return nil }
    let estimate = kernel.estimate(on: gpu)
    let table = times[place]
    let keys = table.grid.dimensions - 1
    if table.holdsNoLonger(kernel, keys: kernel.point[keys]) {
      return table.slice(at: kernel.point, from: keys - 1).secondsBeyond(
        kernel, at: kernel.point[keys - 1], kernel.point[keys], estimate: estimate,
        rate: gpu.peaks.rate(kernel.format.arithmetic), multiprocessors: gpu.multiprocessors)
    }
    return estimate * exp2(table.octaves(at: kernel.point))
  }
}

/// The measured times of one kind of kernel in one format.
public struct KernelTable: Sendable, Equatable {
  public var operation: MeasuredOperation
  public var format: NumberFormat
  /// The size of a head, where tables differ by it; 0 where they do not.
  public var variant: Int
  /// Who measured, and with which software.
  public var source: String
  /// The GPU that the kernels were measured on, where that is another.
  public var borrowedFrom: String?
  /// Measurements that it was fitted to.
  public var measurements: Int
  public var times: TimeTable

  /// Whether it is of the same kernels as `other`, so that a GPU has one of the two.
  func replaces(_ other: KernelTable) -> Bool {
    operation == other.operation && format == other.format && variant == other.variant
  }
}
