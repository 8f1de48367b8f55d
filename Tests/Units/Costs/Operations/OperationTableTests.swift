import Serving
import Support
import Testing

@testable import Costs

/// An operation by its numbers: how often it runs, and what one run computes, reads of weights, and
/// moves in all.
private struct Row: Equatable, CustomStringConvertible {
  var name: Operation.Name
  var repeats: Int
  var flops: Double
  var weightBytes: Double
  var memoryBytes: Double

  init(
    _ name: Operation.Name, _ repeats: Int, _ flops: Double, _ weightBytes: Double,
    _ memoryBytes: Double
  ) {
    self.name = name
    self.repeats = repeats
    self.flops = flops
    self.weightBytes = weightBytes
    self.memoryBytes = memoryBytes
  }

  var description: String { "\(name) \(repeats) \(flops) \(weightBytes) \(memoryBytes)" }
}

extension [Operation] {
  fileprivate var rows: [Row] {
    map { Row($0.name, $0.repeats, $0.flops, $0.weightBytes, $0.memoryBytes) }
  }
}

/// A chunk of 3 tokens after 3 others.
private func tinyWork(heads: Double, sharing pairs: Double, window: Int = 0) -> PrefillWork {
  var work = PrefillWork(heads: heads, keyValueHeads: pairs, window: Double(window))
  work.add(tokens: 3, context: 3)
  return work
}

/// What two tokens ask of the experts of `tinyMixture`: three are reached.
private func tinyExperts(intermediate: Double) -> ExpertWork {
  var work = ExpertWork(
    tokens: 2, experts: 4, perToken: 2, hidden: 8, intermediate: intermediate)
  work.distinct = 3
  return work
}

@Suite struct OperationTableTests {
  @Test func `a dense model with shared keys and values`() throws {
    let list = try tiny.operations(for: batch(chunks: [(tokens: 3, context: 3)]))
    #expect(
      list.rows == [
        Row(.embedding, 1, 0, 0, 96), Row(.normalization, 4, 0, 0, 192),
        Row(.queryKeyValue, 2, 768, 256, 400),
        Row(.rotaryAndCache, 2, 0, 0, 240), Row(.prefillAttention, 2, 480, 0, 192),
        Row(.attentionOutput, 2, 384, 128, 224), Row(.up, 2, 1152, 384, 576),
        Row(.activation, 2, 0, 0, 216), Row(.down, 2, 576, 192, 312),
        Row(.finalNormalization, 1, 0, 0, 192), Row(.head, 1, 160, 160, 196),
        Row(.sampling, 1, 0, 0, 140),
      ])
  }

  /// Decodes are absorbed, and attend to 12 latents of 6 cached elements; the chunk's 6 latents are
  /// expanded.
  @Test func `a model with latent attention`() throws {
    let list = try tinyLatent.operations(
      for: batch(decodes: 2, context: 5, chunks: [(tokens: 3, context: 3)]))
    #expect(
      list.rows == [
        Row(.embedding, 1, 0, 0, 160), Row(.normalization, 4, 0, 0, 320),
        Row(.normalization, 2, 0, 0, 200),
        Row(.queryKeyValueDown, 2, 960, 192, 392), Row(.queryUp, 2, 960, 192, 412),
        Row(.rotaryAndCache, 2, 0, 0, 320), Row(.keyValueUp, 2, 960, 160, 448),
        Row(.prefillAttention, 2, 840, 0, 504), Row(.absorbQuery, 2, 128, 64, 160),
        Row(.decodeAttention, 2, 960, 0, 304), Row(.absorbValue, 2, 192, 96, 208),
        Row(.attentionOutput, 2, 960, 192, 392), Row(.up, 2, 1920, 384, 704),
        Row(.activation, 2, 0, 0, 360), Row(.down, 2, 960, 192, 392),
        Row(.finalNormalization, 1, 0, 0, 320), Row(.head, 1, 480, 160, 268),
        Row(.sampling, 1, 0, 0, 420),
      ])
    #expect(
      list.only(.prefillAttention)?.shape
        == .latentPrefill(
          tinyWork(heads: 4, sharing: 4), heads: 4, rank: 4, rotary: 2, headSize: 2))
    #expect(
      list.only(.decodeAttention)?.shape
        == .latentDecode(
          sequences: 2, context: 10, contextSquares: 50, heads: 4, rank: 4, rotary: 2))
  }

  /// Two tokens of two in four experts of 144 parameters reach three of them.
  @Test func `a model with shared and routed experts`() throws {
    let list = try tinyMixture.operations(for: batch(decodes: 2, context: 3))
    #expect(
      list.rows == [
        Row(.embedding, 1, 0, 0, 64), Row(.normalization, 4, 0, 0, 128),
        Row(.queryKeyValue, 2, 512, 256, 352),
        Row(.rotaryAndCache, 2, 0, 0, 160), Row(.decodeAttention, 2, 256, 0, 192),
        Row(.attentionOutput, 2, 256, 128, 192), Row(.up, 1, 768, 384, 512),
        Row(.activation, 1, 0, 0, 144), Row(.down, 1, 384, 192, 272),
        Row(.router, 1, 160, 80, 132), Row(.experts, 1, 1152, 864, 1376),
        Row(.sharedUp, 1, 256, 128, 192), Row(.activation, 1, 0, 0, 48),
        Row(.sharedDown, 1, 128, 64, 112), Row(.combine, 1, 0, 0, 96),
        Row(.finalNormalization, 1, 0, 0, 128), Row(.head, 1, 320, 160, 232),
        Row(.sampling, 1, 0, 0, 280),
      ])
    #expect(
      list.only(.experts)?.shape
        == .experts(tinyExperts(intermediate: 6)))
  }

  /// Tokens 4, 5 and 6 attend to 3 tokens each, of the 5 that are read.
  @Test func `a model with a window in one of its layers`() throws {
    let list = try tinyWindow.operations(for: batch(chunks: [(tokens: 3, context: 3)]))
    let attention = list.filter { $0.name == .prefillAttention }
    #expect(
      attention.rows == [
        Row(.prefillAttention, 1, 480, 0, 192), Row(.prefillAttention, 1, 288, 0, 176),
      ])
    #expect(
      attention.map(\.shape)
        == [0, 3].map {
          .prefill(
            tinyWork(heads: 4, sharing: 2, window: $0), heads: 4, keyValueHeads: 2, headSize: 2,
            window: $0)
        })
    let plain = try tiny.operations(for: batch(chunks: [(tokens: 3, context: 3)]))
    let others = [list, plain].map { $0.filter { $0.name != .prefillAttention } }
    #expect(others[0] == others[1])
  }

  @Test func `each GPU of a group has its part of every expert, and all latents`() throws {
    let experts = try tinyMixture.operations(for: batch(decodes: 2), tensorParallel: 2)
    #expect(experts.only(.experts)?.weightBytes == 432)
    #expect(
      experts.only(.experts)?.shape
        == .experts(tinyExperts(intermediate: 3)))
    #expect(experts.only(.router)?.flops == 160)
    #expect(experts.only(.allReduce)?.repeats == 4)
    let latent = try tinyLatent.operations(for: batch(decodes: 2, context: 5), tensorParallel: 2)
    #expect(latent.only(.queryKeyValueDown)?.weightBytes == 192)
    #expect(latent.only(.queryUp)?.weightBytes == 96)
    #expect(latent.only(.decodeAttention)?.memoryBytes == 224.0)
  }

  /// A layer counts twice: two attentions, two dense MLPs, one set of experts.
  @Test func `LongCat-Flash adds up after each attention, each MLP and the experts`() throws {
    let model = try Models.named("longcat-flash")
    let list = try model.operations(for: batch(decodes: 1, context: 9), tensorParallel: 8)
    #expect(list.only(.allReduce)?.repeats == 5 * 28)
    #expect(list.only(.experts)?.repeats == 28)
    #expect(list.only(.up)?.repeats == 56)
    #expect(list.only(.router)?.shape == .matrix(rows: 1, inputs: 6144, outputs: 768))
    // Of 12 experts that a token is sent to, 8 compute on average: 2 x 8 x 3 x 6,144 x 256.
    #expect(list.only(.experts)?.flops == 75_497_472)
  }
}
