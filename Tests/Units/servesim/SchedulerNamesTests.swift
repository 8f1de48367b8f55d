import Formats
import Testing

@testable import servesim

private func given(_ text: String) -> GivenValue { GivenValue(source: "--schedulers", text: text) }

@Suite struct SchedulerNamesTests {
  @Test(arguments: [
    ("vllm", ["vllm"]), ("vllm,orca", ["vllm", "orca"]),
    ("sarathi:chunk=512,max-num-seqs=64,orca", ["sarathi:chunk=512,max-num-seqs=64", "orca"]),
    ("a:x=1,b:x=2,y=3", ["a:x=1", "b:x=2,y=3"]), ("a:x=1,a:x=2", ["a:x=1", "a:x=2"]),
    ("a:x=p:q,y=1", ["a:x=p:q,y=1"]),
  ])
  func `options stay with their scheduler`(text: String, names: [String]) throws {
    #expect(try given(text).schedulerNames() == names)
  }

  @Test func `an option without a scheduler is refused`() {
    let first = #expect(throws: InputError.self) { try given("chunk=512").schedulerNames() }
    #expect(first?.problem == "\"chunk=512\" belongs to no scheduler")
    #expect(throws: InputError.self) { try given("orca,chunk=512").schedulerNames() }
  }

  @Test func `a scheduler is named once`() {
    #expect(throws: InputError.self) { try given("orca,vllm,orca").schedulerNames() }
  }
}
