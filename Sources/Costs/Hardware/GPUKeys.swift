import Formats
import Serving

extension GPUFile {
  /// What a file that is none should be, and a key that is missing.
  private static let remedy = "use a file that `servesim calibrate` wrote"
  fileprivate static let meaning = "it stands in the files that `servesim calibrate` writes"

  /// The file that `json` are the bytes of. A key that there is not is a mistake, such as a slip of
  /// one that there is.
  init(_ json: [UInt8], source: String) throws(InputError) {
    let keys = try JSONKeys(json, source: source, remedy: Self.remedy)
    try keys.check(among: [
      "name", "source", "memory_bytes", "memory_bytes_per_second", "host_bytes_per_second",
      "sustained_flops_per_second", "multiprocessors", "calibrated_by", "flops_per_second", "links",
      "efficiencies", "tables",
    ])
    name = try keys.needed("name", Self.meaning, keys.text)
    self.source = try keys.needed("source", Self.meaning, keys.text)
    memoryBytes = try keys.needed("memory_bytes", Self.meaning, keys.whole)
    memoryBytesPerSecond = try Self.real(keys, "memory_bytes_per_second")
    hostBytesPerSecond = try Self.real(keys, "host_bytes_per_second")
    sustainedFlopsPerSecond = try keys.real("sustained_flops_per_second")
    multiprocessors = try Self.real(keys, "multiprocessors")
    flopsPerSecond = try Peaks(try keys.needed("flops_per_second", Self.meaning, keys.object))
    efficiencies = try Self.efficiencies(
      try keys.needed("efficiencies", Self.meaning, keys.object))
    links = []
    for link in try keys.needed("links", Self.meaning, keys.objects) {
      links.append(try Link(link))
    }
    tables = []
    for table in try keys.objects("tables") ?? [] { tables?.append(try Table(table)) }
  }

  fileprivate static func real(_ keys: JSONKeys, _ name: String) throws(InputError) -> Double {
    try keys.needed(name, meaning, keys.real)
  }

  private static func efficiencies(_ keys: JSONKeys) throws(InputError) -> Efficiencies {
    try keys.check(among: [
      "matrix_compute", "matrix_memory", "prefill_attention", "decode_attention", "elementwise",
      "collective", "launch_seconds", "collective_seconds", "is_measured", "source",
    ])
    return Efficiencies(
      matrixCompute: try real(keys, "matrix_compute"),
      matrixMemory: try real(keys, "matrix_memory"),
      prefillAttention: try real(keys, "prefill_attention"),
      decodeAttention: try real(keys, "decode_attention"),
      elementwise: try real(keys, "elementwise"), collective: try real(keys, "collective"),
      launchSeconds: try real(keys, "launch_seconds"),
      collectiveSeconds: try real(keys, "collective_seconds"),
      isMeasured: try keys.needed("is_measured", meaning, keys.flag),
      source: try keys.needed("source", meaning, keys.text))
  }
}

extension GPUFile.Peaks {
  fileprivate init(_ keys: JSONKeys) throws(InputError) {
    try keys.check(among: ["bf16", "fp8", "int8", "fp4"])
    bf16 = try GPUFile.real(keys, "bf16")
    fp8 = try keys.real("fp8")
    int8 = try keys.real("int8")
    fp4 = try keys.real("fp4")
  }
}

extension GPUFile.Link {
  fileprivate init(_ keys: JSONKeys) throws(InputError) {
    try keys.check(among: ["kind", "gpus", "bytes_per_second"])
    kind = try keys.needed("kind", GPUFile.meaning, keys.choice)
    gpus = try keys.needed("gpus", GPUFile.meaning, keys.whole)
    bytesPerSecond = try GPUFile.real(keys, "bytes_per_second")
  }
}

extension GPUFile.Table {
  fileprivate init(_ keys: JSONKeys) throws(InputError) {
    try keys.check(among: [
      "borrowed_from", "operation", "format", "variant", "source", "measurements", "chunks",
      "octaves", "knots",
    ])
    operation = try keys.needed("operation", GPUFile.meaning, keys.choice)
    format = try keys.needed("format", GPUFile.meaning, keys.choice)
    borrowedFrom = try keys.text("borrowed_from")
    variant = try keys.whole("variant")
    source = try keys.needed("source", GPUFile.meaning, keys.text)
    measurements = try keys.needed("measurements", GPUFile.meaning, keys.whole)
    chunks = try keys.flag("chunks")
    octaves = try keys.needed("octaves", GPUFile.meaning, keys.text)
    knots = []
    for axis in try keys.needed("knots", GPUFile.meaning, keys.objects) {
      try axis.check(among: ["axis", "values"])
      knots.append(
        GPUFile.Knots(
          axis: try axis.needed("axis", GPUFile.meaning, axis.text),
          values: try axis.needed("values", GPUFile.meaning, axis.reals)))
    }
  }
}
