import Serving
import Support
import Testing

@testable import Costs
@testable import Formats

@Suite struct RooflineTests {
  private let roofline = Roofline()

  private func matrix(flops: Double = 0, bytes: Double = 0) -> Operation {
    Operation(
      .up, .matrix(rows: 1, inputs: 1, outputs: 1), repeats: 1, flops: flops, otherBytes: bytes)
  }

  /// 1,000 FLOPs at half of 1,000 a second; 80 bytes at 0.8 of 100 a second; half a second more.
  @Test func `the slower of arithmetic and memory counts, and the launch on top`() {
    #expect(roofline.seconds(matrix(flops: 1000), on: slow) == 2.5)
    #expect(roofline.seconds(matrix(bytes: 80), on: slow) == 1.5)
    #expect(roofline.seconds(matrix(flops: 1000, bytes: 80), on: slow) == 2.5)
    #expect(roofline.seconds(matrix(flops: 100, bytes: 240), on: slow) == 3.5)
  }

  /// A quarter of the peak for arithmetic, 0.4 of the bandwidth.
  @Test func `attention has its own shares`() throws {
    let list = try tiny.operations(for: batch(decodes: 3, context: 10))
    let decode = try #require(list.only(.decodeAttention))
    let bytes: Int = 2 * (2 * 3 * 8) + 2 * (2 * 33 * 4)
    #expect(agree(roofline.seconds(decode, on: slow), Double(bytes) / 40 + 0.5))
    let prompt = try tiny.operations(for: batch(chunks: [(100, 0)])).only(.prefillAttention)
    let prefill = try #require(prompt)
    let flops: Int = 4 * 8 * 5050
    #expect(agree(roofline.seconds(prefill, on: slow), Double(flops) / 250 + 0.5))
  }

  /// 120 bytes to send at a tenth of 10 a second, 160 to move at a fifth of 100.
  @Test func `a collective waits for the link`() throws {
    let list = try tiny.operations(for: batch(decodes: 5), tensorParallel: 4)
    let allReduce = try #require(list.only(.allReduce))
    #expect(agree(roofline.seconds(allReduce, on: slow), 120 + 3))
    #expect(roofline.limit(of: allReduce, on: slow) == .network)
  }

  @Test func `what an operation waits for is said`() {
    #expect(roofline.limit(of: matrix(flops: 1000), on: slow) == .compute)
    #expect(roofline.limit(of: matrix(flops: 100, bytes: 240), on: slow) == .memory)
    #expect(roofline.limit(of: matrix(flops: 10, bytes: 8), on: slow) == .launch)
  }

  @Test func `few rows wait for memory and many for arithmetic`() throws {
    let h100 = try GPUs.named("h100-sxm")
    let llama = try Models.named("llama-2-70b")
    for (tokens, limit) in [(16, Roofline.Limit.memory), (2048, .compute)] {
      let list = try llama.operations(for: batch(chunks: [(tokens, 0)]), tensorParallel: 4)
      let up = try #require(list.only(.up))
      #expect(roofline.limit(of: up, on: h100) == limit)
    }
  }

  @Test(arguments: GPUs.names)
  func `no GPU does more than its data sheet says`(name: String) throws {
    let shares = try gpu(name).efficiencies
    for kind in Operation.Kind.allCases {
      #expect(shares.compute(kind) > 0 && shares.compute(kind) <= 1)
      #expect(shares.memory(kind) > 0 && shares.memory(kind) <= 1)
    }
    #expect(shares.collective > 0 && shares.collective <= 1)
    #expect(shares.launchSeconds > 0 && shares.collectiveSeconds > 0)
  }

  @Test func `names are told apart`() {
    #expect(Set(GPUs.all.map(\.name)).count == GPUs.all.count)
  }

  @Test func `an unknown GPU gets the nearest name and all the others`() {
    let error = #expect(throws: InputError.self) { try GPUs.named("H100") }
    #expect(error?.source == "--gpu")
    #expect(error?.remedy.hasPrefix("did you mean h100-sxm? there are ") == true)
    #expect(error?.remedy.contains("a100-sxm-80gb") == true)
    // One letter leads to h20, and yet this is meant.
    let other = #expect(throws: InputError.self) { try GPUs.named("h200") }
    #expect(other?.remedy.hasPrefix("did you mean h200-sxm?") == true)
  }
}
