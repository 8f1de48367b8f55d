import Serving
import Testing

@testable import Costs
@testable import Formats

@Suite struct ShardTests {
  @Test func `heads, MLP and vocabulary are divided, norms are not`() throws {
    let shard = try Shard(of: tiny, tensorParallel: 2)
    #expect(shard.attention?.heads == 2 && shard.attention?.keyValueHeads == 1)
    #expect(shard.dense?.width == 6 && shard.vocabulary == 5)
    #expect(shard.parameters == 2 * (64 + 32 + 96 + 48 + 16) + 2 * 40 + 8)
    #expect(shard.weightBytes == 2 * shard.parameters)
  }

  @Test func `heads of keys and values are copied where there are fewer than GPUs`() throws {
    #expect(try Shard(of: tiny, tensorParallel: 4).attention?.keyValueHeads == 1)
    let half = try Shard(of: tiny, tensorParallel: 2).keyValueBytesPerToken
    #expect(try Shard(of: tiny, tensorParallel: 4).keyValueBytesPerToken == half)
  }

  /// Two, for keys and values, times layers, heads, elements of a head and bytes.
  @Test func `a token's keys and values are counted over all layers`() throws {
    let llama = try Shard(of: Models.named("llama-2-7b"))
    #expect(llama.keyValueBytesPerToken == 2 * 32 * 32 * 128 * 2)
    let large = try Shard(of: Models.named("llama-2-70b"), tensorParallel: 4)
    #expect(large.keyValueBytesPerToken == 2 * 80 * 2 * 128 * 2)
  }

  /// 512 elements and 64 for positions, in two bytes and 61 layers, on every GPU of a group.
  @Test func `a latent cache is short, and on every GPU`() throws {
    let model = try Models.named("deepseek-v3")
    for degree in [1, 8, 16] {
      let shard = try Shard(of: model, tensorParallel: degree)
      #expect(shard.keyValueBytesPerToken == 576 * 2 * 61)
    }
    #expect(try Shard(of: Models.named("longcat-flash")).keyValueBytesPerToken == 576 * 2 * 56)
  }

  @Test func `experts of a width that does not divide cannot be shared`() throws {
    #expect(Shard.degrees(of: tinyMixture) == [1, 2])
    #expect(Shard.degrees(of: try Models.named("qwen3-30b-a3b")) == [1, 2, 4, 8, 16])
  }

  @Test func `a degree that cannot be gets those that can`() {
    let error = #expect(throws: InputError.self) { try Shard(of: tiny, tensorParallel: 3) }
    #expect(error?.source == "--tensor-parallel-size")
    #expect(error?.remedy == "use one of 1, 2, 4")
    #expect(throws: InputError.self) { try Shard(of: tiny, tensorParallel: 0) }
  }

  @Test func `Yi's 56 heads go on 1, 2, 4 or 8 GPUs`() throws {
    #expect(Shard.degrees(of: try Models.named("yi-34b")) == [1, 2, 4, 8])
    #expect(Shard.degrees(of: try Models.named("qwen2.5-7b")) == [1, 2, 4])
  }

  @Test(arguments: Models.all)
  func `a group holds at least the model`(model: Model) throws {
    for degree in Shard.degrees(of: model) {
      let shard = try Shard(of: model, tensorParallel: degree)
      #expect(shard.parameters * degree >= model.parameters)
      #expect(shard.parameters <= model.parameters)
    }
  }
}
