import Formats
import Serving

extension GPUFile {
  /// What a file that is none should be, and a key that is missing.
  static let remedy = "use a file that `servesim calibrate` wrote"
  fileprivate static let meaning =
    "it stands in the files that `servesim calibrate` writes, or say what GPU it is \"like\""

  /// The file of `keys`. A key that there is not is a mistake, such as a slip of one that there is.
  ///
  /// - Parameter lender: the GPU that it says it is like, which lends what no data sheet need say.
  init(_ keys: JSONKeys, like lender: GPU?) throws(InputError) {
    try keys.check(among: [
      "name", "source", "memory_bytes", "memory_bytes_per_second", "host_bytes_per_second",
      "sustained_flops_per_second", "multiprocessors", "calibrated_by", "flops_per_second", "links",
      "efficiencies", "tables", "like", "lent",
    ])
    name = try keys.needed("name", Self.meaning, keys.text)
    self.source = try keys.needed("source", Self.meaning, keys.text)
    memoryBytes = try keys.needed("memory_bytes", Self.meaning, keys.whole)
    memoryBytesPerSecond = try Self.real(keys, "memory_bytes_per_second")
    let peaks = try Peaks(try keys.needed("flops_per_second", Self.meaning, keys.object))
    flopsPerSecond = peaks
    hostBytesPerSecond = try Self.real(
      keys, "host_bytes_per_second", or: lender?.hostBytesPerSecond)
    sustainedFlopsPerSecond =
      try keys.real("sustained_flops_per_second")
      ?? lender?.sustainedShare.map { $0 * peaks.bf16 }
    multiprocessors = try Self.real(keys, "multiprocessors", or: lender?.multiprocessors)
    if let lender, !keys.has("efficiencies") {
      efficiencies = lender.lentEfficiencies
    } else {
      efficiencies = try Self.efficiencies(
        try keys.needed("efficiencies", Self.meaning, keys.object))
    }
    links = try Self.links(keys) ?? lender?.links.map(Link.init) ?? []
    tables = []
    for table in try keys.objects("tables") ?? [] { tables?.append(try Table(table)) }
    lent = try Self.lent(keys, lender)
  }

  /// What links there are; nil where another GPU's stand for them.
  private static func links(_ keys: JSONKeys) throws(InputError) -> [Link]? {
    if keys.has("like") && !keys.has("links") { return nil }
    var links: [Link] = []
    for link in try keys.needed("links", Self.meaning, keys.objects) {
      links.append(try Link(link))
    }
    return links
  }

  /// What is not the GPU's own: what its file leaves out, or says that it has from `lender`.
  private static func lent(_ keys: JSONKeys, _ lender: GPU?) throws(InputError) -> GPU.Lent? {
    if let lent = try keys.object("lent") {
      try lent.check(among: ["figures", "from"])
      if lender != nil {
        throw keys.mistake(
          "like", "a file with lent has all that is lent in it", "leave one of the two out")
      }
      return GPU.Lent(
        try lent.needed("figures", meaning, lent.texts),
        from: try lent.needed("from", meaning, lent.text))
    }
    guard let lender else { return nil }
    var lendable = ["efficiencies", "host_bytes_per_second", "links", "multiprocessors"]
    if lender.sustainedRate != nil { lendable.append("sustained_flops_per_second") }
    let figures = lendable.filter { !keys.has($0) }
    return figures.isEmpty ? nil : GPU.Lent(figures, from: lender.name)
  }

  fileprivate static func real(
    _ keys: JSONKeys, _ name: String, or lent: Double? = nil
  ) throws(InputError) -> Double {
    if let lent, !keys.has(name) { return lent }
    return try keys.needed(name, meaning, keys.real)
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

extension GPU {
  /// What of the peak of bf16 it keeps up; nil where that is not known.
  fileprivate var sustainedShare: Double? { sustainedRate.map { $0 / peaks.bf16 } }

  /// The shares of the peaks that another GPU is taken to reach where nothing was measured on it.
  fileprivate var lentEfficiencies: Efficiencies {
    var shares = efficiencies
    shares.isMeasured = false
    shares.source = "as on \(name)"
    return shares
  }
}
