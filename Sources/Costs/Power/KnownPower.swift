import Formats
import Foundation

/// The natural logarithm.
func logarithm(_ value: Double) -> Double { log(value) }

extension ServingPower {
  /// What is known of the power of `gpus` GPUs that serve a model together: measurements of it, or
  /// of models like it the fit to those of many; nil where nothing was measured.
  ///
  /// - Parameters:
  ///   - model: the model's name.
  ///   - bits: of a weight.
  ///   - isDense: whether it has no experts, all of its layers attend, and its cache is in 16 bits.
  ///   - gpu: the GPU's name.
  public static func known(
    _ model: String, bits: Int, isDense: Bool, gpu: String, gpus: Int
  ) -> ServingPower? {
    if let table = tables.first(where: {
      $0.models.contains(model) && $0.bits == bits && $0.gpu == gpu && $0.gpus == gpus
    }) {
      return table.power
    }
    guard isDense, let fit = fits.first(where: { $0.gpu == gpu && $0.bits == bits }) else {
      return nil
    }
    // The points are of one GPU's share of the sequences.
    let power = fit.power
    return ServingPower(
      power.points.map { Point(sequences: $0.sequences * Double(gpus), watts: $0.watts) },
      gpus: gpus,
      meanError: power.meanError, worstError: power.worstError, measured: power.measured,
      source: power.source, idleWatts: power.idleWatts)
  }

  /// Measurements, and what they are of.
  private struct Entry: Sendable {
    var models: [String]
    var bits: Int
    var gpu: String
    var gpus: Int
    var power: ServingPower
  }

  private static let data: JSONValue = {
    guard let json = try? JSONValue(EmbeddedData.bytes("Power", "power")) else {
      preconditionFailure("the power is well-formed")
    }
    return json
  }()

  private static let tables = entries("tables", points: "points")
  private static let fits = entries("fits", points: "points_of_a_gpu")

  /// The entries of the file `Sources/Costs/Data/Power`, compiled in: what its source quotes.
  private static func entries(_ list: String, points: String) -> [Entry] {
    guard case .array(let rows)? = data[list] else {
      preconditionFailure("the power is well-formed")
    }
    return rows.map { row in
      guard let entry = entry(row, points: points) else {
        preconditionFailure("an entry of the power is well-formed")
      }
      return entry
    }
  }

  private static func entry(_ row: JSONValue, points: String) -> Entry? {
    guard case .string(let source)? = data["source"], case .string(let gpu)? = row["gpu"],
      case .string(let measured)? = row["measured"], let bits = row["bits"]?.whole,
      let mean = row["mean_error"]?.real, let worst = row["error"]?.real,
      case .array(let values)? = row[points]
    else { return nil }
    var models: [String] = []
    if case .array(let names)? = row["models"] {
      models = names.compactMap { if case .string(let name) = $0 { name } else { nil } }
    }
    let read = values.compactMap { value -> Point? in
      guard case .array(let pair) = value, pair.count == 2, let sequences = pair[0].real,
        let watts = pair[1].real
      else { return nil }
      return Point(sequences: sequences, watts: watts)
    }
    return Entry(
      models: models, bits: bits, gpu: gpu, gpus: row["tensor_parallel_size"]?.whole ?? 1,
      power: ServingPower(
        read, gpus: row["tensor_parallel_size"]?.whole ?? 1, meanError: mean, worstError: worst,
        measured: measured, source: source,
        idleWatts: idleWatts(of: gpu)))
  }

  private static func idleWatts(of gpu: String) -> ClosedRange<Double>? {
    guard case .array(let rows)? = data["idle"],
      let row = rows.first(where: { $0["gpu"] == .string(gpu) }),
      case .array(let ends)? = row["watts"], ends.count == 2, let low = ends[0].real,
      let high = ends[1].real
    else { return nil }
    return low...high
  }
}
