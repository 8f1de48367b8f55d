import Foundation

/// The measured times of a GPU's kernels.
public struct KernelTables: Sendable, Equatable {
  public private(set) var all: [KernelTable] = []

  public init(_ tables: [KernelTable] = []) {
    all = tables
  }

  /// These tables with `newer` in the place of those of the same operation, format and variant, and
  /// behind the others where there are none.
  public func replacing(_ newer: [KernelTable]) -> KernelTables {
    var tables = all
    for table in newer {
      let place = tables.firstIndex {
        $0.operation == table.operation && $0.format == table.format
          && $0.variant == table.variant
      }
      if let place { tables[place] = table } else { tables.append(table) }
    }
    return KernelTables(tables)
  }

  /// The table for `kernel`: of its format and variant if there is one, else of the nearest
  /// variant, else of another format, whose kernels are taken to fall as far short of their own
  /// estimate; nil where nothing of its kind was measured.
  func table(for kernel: Kernel) -> KernelTable? {
    var best: KernelTable?
    var least = Int.max
    for table in all where table.operation == kernel.operation {
      let distance =
        abs(table.variant - kernel.variant) + (table.format == kernel.format ? 0 : 1 << 20)
        + (table.format == .bf16 ? 0 : 1 << 19)
      if distance < least {
        best = table
        least = distance
      }
    }
    return best
  }

  /// The seconds of `kernel` on `gpu`, or nil where nothing of its kind was measured.
  @inline(__always)
  func seconds(_ kernel: Kernel, on gpu: GPU) -> Double? {
    table(for: kernel)?.seconds(kernel, on: gpu)
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
  /// Measurements that it was fitted to.
  public var measurements: Int
  public var times: TimeTable

  func seconds(_ kernel: Kernel, on gpu: GPU) -> Double {
    kernel.estimate(on: gpu) * exp2(times.octaves(at: kernel.point))
  }
}
