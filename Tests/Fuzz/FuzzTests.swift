import Costs
import Foundation
import Metrics
import Schedulers
import Serving
import Studies
import Support
import Testing
import Workloads

@testable import Formats

/// Runs `body` on what is read, and sees to it that what is refused is refused in a few words.
///
/// A trap, or no end, ends the test run: it has no other way to show.
private func attempt(_ body: () throws -> Void) {
  do {
    try body()
  } catch let error as InputError {
    #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
    #expect(error.description.utf8.count < 2000)
  } catch {
    #expect(error is RunError)
  }
}

/// The small model that the corpus's traces are served with.
private func deployment() throws -> Deployment {
  let config = try Damage.corpus("config-llama.json")
  return Deployment(
    model: try Model(huggingFaceConfiguration: config, source: "config"),
    gpu: try GPUs.named("h100-sxm"))
}

@Suite struct FuzzTests {
  @Test(arguments: ["vllm-0.33", "vllm-0.6", "sarathi", "splitfuse", "orca"])
  func `damaged traces are served or refused`(scheduler: String) throws {
    let service = try deployment().service(scheduler)
    var damage = Damage(seed: scheduler.utf8.count)
    for name in ["native.csv", "plain.csv", "azure.csv", "mooncake.jsonl"] {
      let bytes = try Damage.corpus(name)
      for _ in 0..<40 {
        let damaged = damage.apply(to: bytes)
        attempt { _ = try service.replay(try TraceFile.parse(damaged, source: name).trace) }
      }
    }
  }

  @Test(arguments: [
    "vllm_v1/prefix_shared", "splitfuse/cap_bound", "vllm_v0/mem_swap", "sarathi/dynamic_chunks",
    "orca/pp2", "vllm_v1_0_33/priority",
  ])
  func `damaged decision logs are compared or refused`(name: String) throws {
    let file = Repository.root
      .appending(path: "Tests/Golden/decisions/\(name).jsonl")
    let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
    var damage = Damage(seed: name.utf8.count)
    for _ in 0..<40 {
      let head = damage.apply(to: lines[..<2].joined(separator: [UInt8(ascii: "\n")]).map(\.self))
      let steps = damage.apply(
        to: lines[2..<12].joined(separator: [UInt8(ascii: "\n")]).map(\.self))
      let log = head + [UInt8(ascii: "\n")] + steps
      attempt { _ = try Conformance(DecisionLog(log, source: name)) }
    }
  }

  @Test func `damaged models are measured or refused`() throws {
    let folder = Repository.root.appending(path: "Tests/Fuzz/corpus").path
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("config-") }.sorted()
    var damage = Damage(seed: 6)
    for name in names {
      let bytes = try Damage.corpus(name)
      for _ in 0..<30 {
        let damaged = damage.apply(to: bytes)
        attempt {
          let model = try Model(huggingFaceConfiguration: damaged, source: name)
          #expect(try Shard(of: model).weightBytes > 0)
          #expect(model.activeParameters > 0)
        }
      }
    }
  }

  @Test func `damaged GPUs price a batch or are refused`() throws {
    let model = try deployment().model
    var damage = Damage(seed: 7)
    for name in ["gpu.json", "gpu-bare.json"] {
      let bytes = try Damage.corpus(name)
      for _ in 0..<15 {
        let damaged = damage.apply(to: bytes)
        attempt {
          let gpu = try GPU(json: damaged, source: name)
          let cost = try Deployment(model: model, gpu: gpu).cost()
          let batch = try BatchNotation.batch("decode=4x512", source: "--batch")
          let seconds = cost.seconds(for: batch)
          #expect(seconds.isFinite && seconds > 0)
        }
      }
    }
  }

  @Test func `damaged measurements are fitted or refused`() throws {
    let bytes = try Damage.corpus("measurements.csv")
    let gpu = try GPUs.named("h100-sxm")
    var damage = Damage(seed: 3)
    for _ in 0..<100 {
      let damaged = damage.apply(to: bytes)
      attempt {
        let file = try MeasurementsFile(damaged, source: "m.csv")
        _ = CalibrationScore(of: file.measurements, on: gpu)
      }
    }
  }

  @Test func `damaged batches are priced or refused`() throws {
    let deployment = try deployment()
    let cost = try deployment.cost()
    let file = try Damage.corpus("batches.csv")
    var damage = Damage(seed: 4)
    for _ in 0..<200 {
      let text = damage.apply(to: "prefill=2x512@1024,decode=64x2048")
      attempt {
        let seconds = cost.seconds(for: try BatchNotation.batch(text, source: "--batch"))
        #expect(seconds.isFinite && seconds >= 0)
      }
      let damaged = damage.apply(to: file)
      attempt { _ = try PricedBatches(damaged, source: "b.csv", on: deployment) }
    }
  }

  @Test func `damaged objectives and schedulers are understood or refused`() {
    let setting = EngineSetting(maxModelLen: 4096, headSize: 128, isLargeGPU: true)
    var damage = Damage(seed: 5)
    for _ in 0..<500 {
      let objective = damage.apply(to: "ttft.p99<2s,tbt.p99<100ms,smoothed-tbt<0.05s")
      attempt { _ = try ServiceLevelObjective(parsing: objective) }
      let scheduler = damage.apply(to: "sarathi:chunk=512,chunk-schedule-stages=8,block-size=16")
      attempt { _ = try Schedulers.engine(scheduler, setting) }
    }
  }
}
