import Foundation
import Studies
import Support
import Testing

@testable import Formats
@testable import servesim

private func shard(_ words: String..., tasks: [String: String] = [:]) throws -> WorkShard? {
  let environment = Dictionary(
    uniqueKeysWithValues: tasks.map { ("SLURM_ARRAY_TASK_\($0.key)", $0.value) })
  return try WorkShard(Parser.parse(["a.csv"] + words, for: .sweep()), environment)
}

@Suite struct `A shard` {
  @Test func `is what is asked for, or what the job array says`() throws {
    #expect(try shard() == nil)
    let plain = try #require(try shard("--shard=3/7", "--shard-folder=f"))
    #expect(plain.share == Share(3, of: 7) && plain.path == "f/shard-3-of-7.jsonl")
    let tasks = ["ID": "20", "MIN": "10", "COUNT": "4", "MAX": "25", "STEP": "5"]
    let task = try #require(try shard("--shard=slurm", "--shard-folder=f", tasks: tasks))
    #expect(task.share == Share(3, of: 4))
  }

  @Test(arguments: ["0/3", "4/3", "3", "a/b", "1/2/3", "-1/2", "slurm"])
  func `that cannot be is refused`(text: String) throws {
    let error = #expect(throws: InputError.self) {
      try shard("--shard=\(text)", "--shard-folder=f")
    }
    #expect(error?.source == "--shard")
  }

  @Test func `needs a folder, and tasks without gaps`() throws {
    #expect(throws: InputError.self) { try shard("--shard=1/2") }
    #expect(throws: InputError.self) { try shard("--shard-folder=f") }
    let gap = ["ID": "12", "MIN": "1", "COUNT": "3"]
    #expect(throws: InputError.self) {
      try shard("--shard=slurm", "--shard-folder=f", tasks: gap)
    }
  }

  @Test func `is of the command without what tells the shard`() throws {
    let words = ["a.csv", "--shard", "1/2", "--jobs=2", "--shard-folder=f", "--seed", "3"]
    let invocation = try Parser.parse(words, for: .sweep())
    #expect(invocation.unshardedWords == ["sweep", "a.csv", "--jobs=2", "--seed", "3"])
    let head = ShardHead(share: Share(1, of: 2), words: invocation.unshardedWords)
    #expect(ShardHead(line: head.line) == head)
  }
}

private let trace = "head -n 64 '\(Repository.path("Traces/chat.csv"))' > t.csv"

/// Command lines that are done in shards.
private let commands = [
  "sweep t.csv --schedulers vllm,orca --request-rate 4,9,20 --slo 'ttft.p99<1s' --output out "
    + "--csv points.csv --report report",
  "sweep t.csv --schedulers vllm,orca --request-rate auto --output out",
  "capacity t.csv --schedulers vllm,orca --slo 'ttft.p99<1s' --arrivals poisson --seeds 2 "
    + "--json c.json --report report",
  "plan t.csv --slo 'ttft<1s,tbt<60ms' --gpus h100-sxm,l40s --max-gpus 4 --request-rate 30 "
    + "--schedulers vllm,sarathi --json p.json --report report",
]

/// What there is below a folder, but for shards and the trace.
private let sums = "find . -type f ! -name 'shard-*' ! -name t.csv | sort | xargs sha256sum"

@Suite struct `Shards of a command` {
  @Test(arguments: commands)
  func `come to the bytes of one process`(command: String) throws {
    let folder = try TemporaryFolder()
    let run = try Run(
      """
      cd '\(folder.path)' && mkdir one many && (cd one && \(trace)) && cp one/t.csv many
      (cd one && servesim \(command) > printed && \(sums)) > one.sums || exit 9
      cd many && for shard in 3 1 2; do
        servesim \(command) --shard $shard/3 --shard-folder parts > /dev/null || exit 8
      done
      servesim merge parts > printed && \(sums) > ../many.sums && cmp ../one.sums ../many.sums
      """)
    #expect(run.code == 0, "\(run.output) \(run.errors)")
  }

  @Test func `go on wherever they were killed`() throws {
    let folder = try TemporaryFolder()
    let command = commands[0]
    let run = try Run(
      """
      cd '\(folder.path)' && \(trace)
      part() { servesim \(command) --shard $1/2 --shard-folder parts > said; }
      part 1 && part 2 && cp parts/shard-1-of-2.jsonl whole && servesim merge parts > printed
      size=$(wc -c < whole); head=$(head -n 1 whole | wc -c)
      for cut in 0 $head $((head + 40)) $((size / 2)) $((size - 20)) $((size - 1)) $size; do
        head -c $cut whole > parts/shard-1-of-2.jsonl
        if [ $cut -lt $size ]; then servesim merge parts 2> error && exit 7; fi
        part 1 || exit 8
        cmp <(sort whole) <(sort parts/shard-1-of-2.jsonl) || exit 9
      done
      cat error said; rm -r out report; servesim merge parts | cmp - printed
      """)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("of 2 shards this is not done: 1; run it again"))
    #expect(run.output.contains("Shard 1 of 2 is done: 3 rows in parts/shard-1-of-2.jsonl, 3 of"))
  }

  @Test(arguments: [
    ("servesim merge parts", "there are no shards in"),
    ("servesim merge nowhere", "is no folder that can be read"),
    ("part 1/2 && servesim merge parts", "of 2 shards this is not done: 2; run it again"),
    ("part 1/2 && part 1/3 && servesim merge parts", "there are shards of 2 of"),
    ("part 1/1 && part 1/1 --limit 5", "is a shard of another command"),
    ("part 1/1 && sed -i 's/0.1.0/0.0.1/' parts/* && servesim merge parts", "servesim 0.0.1 wrote"),
    ("part 1/1 && sed -i '$d' t.csv && servesim merge parts", "they know nothing of a part of"),
    ("echo mine > parts/shard-1-of-1.jsonl; part 1/1", "servesim did not write it"),
  ])
  func `that do not go together are refused`(script: String, words: String) throws {
    let folder = try TemporaryFolder()
    let run = try Run(
      """
      cd '\(folder.path)' && \(trace); mkdir parts
      part() {
        servesim sweep t.csv --schedulers vllm --shard $1 --shard-folder parts "${@:2}" > said
      }
      \(script)
      """)
    #expect(run.code == 2)
    #expect(run.errors.contains(words), "\(run.errors)")
  }
}
