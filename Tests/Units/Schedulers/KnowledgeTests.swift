import Schedulers
import Serving
import Testing

@Suite struct `What schedulers know of a request` {
  private static let setting = EngineSetting(
    maxModelLen: 4096, headSize: 128, isLargeGPU: true)

  /// Engines have prompts and arrivals alone; the true length of an answer only Orca's oracles.
  @Test func `is told of each that knows more than an engine does`() throws {
    func knowledge(_ name: String) throws -> String? {
      try Schedulers.engine(name, Self.setting).knowledge
    }
    for entry in Schedulers.all {
      let words = try knowledge(entry.name)
      #expect(words == nil || words!.hasPrefix("its max_tokens"), "\(entry.name)")
    }
    for entry in Schedulers.research {
      let words = try #require(try knowledge(entry.name))
      #expect(!words.contains("as no server can"))
    }
    #expect(try knowledge("sjf")?.contains("off by 0.5") == true)
    #expect(try knowledge("sjf:length-error=0.25")?.contains("off by 0.25") == true)
    #expect(try knowledge("orca:reserve=own")?.contains("as no server can") == true)
  }
}
