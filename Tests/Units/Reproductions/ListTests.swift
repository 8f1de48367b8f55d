import Reproductions
import Testing

@Suite struct `A published experiment` {
  @Test func `has a name of its own`() {
    let names = PublishedExperiments.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("nanoflow-ablation"))
  }
}
