import Foundation
import Serving
import Support
import Testing

@testable import Costs
@testable import Formats

extension SeededNumbers {
  /// From `range`, every order of magnitude as often as another; its ends often.
  mutating func size(_ range: ClosedRange<Int>) -> Int {
    switch next() % 6 {
    case 0: return range.lowerBound
    case 1: return range.upperBound
    default:
      let low = max(1, range.lowerBound)
      let share = Double.random(in: 0...1, using: &self)
      let value = Double(low) * pow(Double(range.upperBound) / Double(low), share)
      return min(max(Int(value), range.lowerBound), range.upperBound)
    }
  }

  mutating func model() -> Model {
    let pairs = size(1...64)
    var model = Model(
      name: "random", source: "dice", layers: size(ModelRange.layers),
      hidden: size(ModelRange.width), heads: pairs * size(1...256), keyValueHeads: pairs,
      headSize: size(ModelRange.headSize), intermediate: size(ModelRange.width),
      vocabulary: size(ModelRange.vocabulary), maxPositions: size(ModelRange.positions))
    if next() % 2 == 0 {
      let layers = size(1...model.layers)
      var mixture = Mixture(
        experts: size(ModelRange.experts),
        perToken: size(ModelRange.expertsPerToken), intermediate: size(ModelRange.width))
      mixture.sharedIntermediate = size(0...ModelRange.width.upperBound)
      mixture.zeroExperts = size(0...ModelRange.experts.upperBound)
      model = model.with(mixture, in: model.layers - layers..<model.layers)
    }
    if next() % 3 == 0 {
      model = model.with(
        Latent(
          heads: pairs, headSize: size(ModelRange.headSize),
          queryRank: size(0...ModelRange.rank.upperBound), rank: size(ModelRange.rank),
          rotary: size(ModelRange.headSize), valueSize: size(ModelRange.headSize)))
    } else if next() % 2 == 0 {
      let layers = size(0...model.layers)
      model = model.with(window: size(ModelRange.positions)) { $0 < layers }
    } else if next() % 2 == 0 {
      model = model.with(recurrent: pairs, &self)
    }
    model.weights = NumberFormat.allCases.randomElement(using: &self) ?? .bf16
    return model
  }
}

extension Model {
  /// The same model with a state in some layers, of `heads` heads.
  fileprivate func with(recurrent heads: Int, _ dice: inout SeededNumbers) -> Model {
    let kinds: [Recurrent.Kind] = [.mamba1, .mamba2, .gatedDelta]
    var recurrent = Recurrent(
      kinds[dice.size(0...2)], heads: heads * dice.size(1...4),
      valueSize: dice.size(ModelRange.headSize), keyHeads: heads,
      keySize: dice.size(ModelRange.headSize))
    recurrent.timeRank = dice.size(ModelRange.rank)
    let period = dice.size(1...8)
    return with {
      $0.changeLayers { layer, block in
        if layer % period == 0 { block.mixers = [.recurrent(recurrent)] }
      }
    }
  }
}

@Suite struct ModelRangeTests {
  @Test func `whatever is in range can be counted, divided and priced`() throws {
    var dice = SeededNumbers(state: 7)
    let gpu = try gpu("h100-sxm")
    var accepted = 0
    for _ in 0..<100 {
      let model = dice.model()
      guard (try? model.check()) != nil else { continue }
      accepted += 1
      #expect(model.parameters > 0 && model.activeParameters > 0)
      let most = EngineRange.tokens.upperBound
      let limits = MemoryLimits(
        blockSize: dice.size(EngineRange.blockTokens),
        maxNumBatchedTokens: dice.size(EngineRange.tokens),
        maxNumSeqs: dice.size(EngineRange.sequences), maxModelLen: model.maxPositions)
      for degree in [1, Shard.degrees(of: model).max() ?? 1] {
        let shard = try Shard(of: model, tensorParallel: degree)
        #expect(shard.weightBytes > 0 && !shard.cacheGroups.isEmpty)
        _ = try? MemoryPlan(of: shard, on: gpu, limits: limits)
        let stage = try Shard(of: model.largestStage(of: dice.size(1...model.layers)))
        #expect(stage.weightBytes > 0)
        let cost = IterationCost(of: shard, on: gpu)
        for batch in [
          batch(decodes: 3, context: 100), batch(chunks: [(dice.size(1...most), 0)]),
          batch(decodes: dice.size(1...10_000), context: 7, chunks: [(16, most - 16)]),
        ] {
          let seconds = cost.seconds(for: batch)
          #expect(seconds > 0 && seconds.isFinite)
        }
      }
    }
    #expect(accepted > 50)
  }

  private typealias Change = @Sendable (inout Model) -> Void

  @Test func `a size that is out of range, or contradicts another, is named`() {
    let changes: [(String, Change)] = [
      ("layers", { $0.blocks = [] }), ("layers", { $0.blocks[0].layers = -1 }),
      ("hidden", { $0.hidden = Int.max }),
      ("heads", { $0.changeAttention { $0.heads = 1 << 40 } }),
      ("keyValueHeads", { $0.changeAttention { $0.keyValueHeads = 3 } }),
      ("headSize", { $0.changeAttention { $0.headSize = .min } }),
      ("intermediate", { $0.changeDense { $0.width = -8 } }), ("vocabulary", { $0.vocabulary = 0 }),
      ("maxPositions", { $0.maxPositions = 1 << 32 }), ("mixers", { $0.blocks[0] = Block([], []) }),
      ("window", { $0.changeAttention { $0.reach = .window(-1) } }),
      (
        "mixture.perToken",
        { $0 = $0.with(Mixture(experts: 2, perToken: 3, intermediate: 8), in: 0..<1) }
      ),
      (
        "latent.rank",
        {
          $0 = $0.with(
            Latent(heads: 4, headSize: 2, queryRank: 0, rank: 0, rotary: 2, valueSize: 2))
        }
      ),
    ]
    for (name, change) in changes {
      let error = #expect(throws: InputError.self) { try Shard(of: tiny.with(change)) }
      #expect(error?.column == name)
    }
  }

  /// Each key of files of three families, with what no model has.
  @Test(arguments: [
    "0", "-1", "9223372036854775807", "9223372036854775808", "1.5", "1e400", "NaN", "Infinity",
    "\"8\"", "true", "[8]", "{}", "-9223372036854775808", "1000000000000",
  ])
  func `no value of a key is a trap`(value: String) throws {
    for whole in [llama3, hostile.mixture, hostile.latent] {
      let keys = try JSONKeys(Array(whole.utf8), source: "", remedy: "").values.keys
      for key in keys.sorted() {
        guard let place = whole.firstRange(of: "\"\(key)\":") else { continue }
        let end = whole[place.upperBound...].firstIndex { ",}".contains($0) } ?? whole.endIndex
        let text = whole.replacingCharacters(in: place.upperBound..<end, with: " \(value)")
        do {
          let model = try read(text)
          #expect(try Shard(of: model).weightBytes > 0)
        } catch {
          #expect(error.source == "config.json" && !error.problem.isEmpty)
        }
      }
    }
  }

  private var hostile: (mixture: String, latent: String) {
    (
      """
      {"model_type": "qwen3_moe", "hidden_size": 2048, "intermediate_size": 6144,
       "num_attention_heads": 32, "num_key_value_heads": 4, "num_hidden_layers": 48,
       "vocab_size": 151936, "max_position_embeddings": 40960, "head_dim": 128,
       "num_experts": 128, "num_experts_per_tok": 8, "moe_intermediate_size": 768,
       "decoder_sparse_step": 1, "tie_word_embeddings": false, "sliding_window": 100,
       "use_sliding_window": true, "max_window_layers": 3}
      """,
      """
      {"model_type": "deepseek_v3", "hidden_size": 2048, "intermediate_size": 10944,
       "num_attention_heads": 16, "num_hidden_layers": 27, "vocab_size": 102400,
       "max_position_embeddings": 16384, "q_lora_rank": null, "kv_lora_rank": 512,
       "qk_nope_head_dim": 128, "qk_rope_head_dim": 64, "v_head_dim": 128,
       "n_routed_experts": 64, "n_shared_experts": 2, "num_experts_per_tok": 6,
       "moe_intermediate_size": 1408, "first_k_dense_replace": 1, "moe_layer_freq": 1}
      """
    )
  }
}
