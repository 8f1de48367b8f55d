import Serving
import Support
import Testing

@testable import Costs

@Suite struct MixerBasisTests {
  @Test func `times of mixers that no table is kept of are said to be the roofline's`() throws {
    let mamba = Recurrent(.mamba2, heads: 4, valueSize: 8, keyHeads: 2, keySize: 8)
    let model = tiny.with { model in
      model.changeLayers { layer, block in
        if layer == 0 { block.mixers = [.recurrent(mamba)] }
      }
    }
    let layers = IterationCost(of: try Shard(of: model), on: try gpu("h100-sxm"))
    let cost = PipelineCost(layers, stages: 1)
    let basis = CostBasis(of: [batch(decodes: 3, context: 90), batch(chunks: [(9, 0)])], by: cost)
    #expect(basis.unmeasured == [Operation.Name.recurrentDecode, .recurrentPrefill])
    #expect(basis.words?.contains("by the roofline alone: recurrent decode") == true)
  }
}
