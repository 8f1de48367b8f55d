import Formats
import Foundation
import Support
import Testing

@testable import servesim

private let root = Repository.root

/// Command lines with every output that each command has, to be run in a folder with `t.csv`,
/// `m.csv` and `b.csv`.
private let commands = [
  "synthesize --requests 5 --output made.csv", "convert t.csv --to native --output made.csv",
  "describe t.csv --json r.json --report report",
  "replay t.csv --json r.json --requests-csv r.csv --iterations-csv i.csv --svg r.svg "
    + "--perfetto p.json --report report",
  "compare t.csv --schedulers vllm --json r.json --csv r.csv --markdown r.md --svg r.svg "
    + "--report report",
  "sweep t.csv --schedulers vllm --json r.json --csv r.csv --markdown r.md --report report "
    + "--output s --resume",
  "sweep t.csv --schedulers vllm --max-num-seqs 4,8 --markdown r.md",
  "sweep t.csv --schedulers vllm --shard 1/1 --shard-folder parts",
  "capacity t.csv --schedulers vllm --slo 'ttft.p99<2s' --shard 1/1 --shard-folder parts",
  "plan t.csv --slo 'ttft<2s' --gpus h100-sxm --max-gpus 1 --schedulers vllm --shard 1/1 "
    + "--shard-folder parts",
  "capacity t.csv --schedulers vllm --slo 'ttft.p99<2s' --precision 0.5 --json c.json --csv r.csv "
    + "--markdown r.md --report report",
  "plan t.csv --slo 'ttft<2s' --gpus h100-sxm --max-gpus 1 --schedulers vllm --json p.json "
    + "--report report",
  "cost --batch decode=1x2 --json r.json --csv r.csv --markdown r.md",
  "cost --batches b.csv --json r.json --csv r.csv --markdown r.md",
  "memory --json r.json", "validate run.json --gpu h100-sxm --json r.json --report report",
  "pipeline --json r.json --svg r.svg", "calibrate m.csv --output g.json --json r.json --svg r.svg",
]

private let trace = "arrival_s,prompt_tokens,output_tokens\\n0,50,60\\n1,5,6\\n2,9,8\\n"
private let kernels =
  "operation,format,m,n,k,seconds\\ngemm,bf16,64,4096,4096,1e-4\\ngemm,fp8,128,4096,8192,2e-5\\n"

/// A script that makes the files and then runs `script` among them.
private func among(_ folder: borrowing TemporaryFolder, _ script: String) throws -> Run {
  let batches = "prefill_chunks,decode_requests,decode_context_tokens\\n512@0,0,0\\n"
  return try Run(
    "cd '\(folder.path)' && printf '\(trace)' > t.csv && printf '\(batches)' > b.csv && "
      + "cp '\(root.path)/Tests/Golden/runs/vllm-bench.json' run.json && "
      + "printf '\(kernels)' > m.csv; \(script)")
}

@Suite struct `What a command writes over` {
  @Test(arguments: commands)
  func `is what it wrote itself`(command: String) throws {
    let folder = try TemporaryFolder()
    let run = try among(folder, "servesim \(command) > /dev/null && servesim \(command)")
    #expect(run.code == 0, "\(run.errors)")
  }

  @Test func `covers every output that there is but those of reproduce`() {
    for command in Tool(.standard).commands where command.name != "reproduce" {
      let lines = commands.filter { $0.hasPrefix(command.name + " ") }
      for option in command.options where option.file.isWritten {
        #expect(lines.contains { $0.contains("\(option.name) ") }, "\(command.name) \(option.name)")
      }
    }
  }

  @Test(arguments: ["fastgen-curves", "nanoflow/ablation"])
  func `is what reproduce wrote`(study: String) {
    for name in ["chart.svg", "data.csv", "table.md"] {
      #expect(OwnFile.result.isWritten(at: root.appending(path: "Reports/\(study)/\(name)").path))
    }
  }

  @Test(arguments: [("", true), (" \n\n", true), ("mine", false), (nil, false)])
  func `is a blank file, and none that has a text after many blanks`(
    text: String?, isReplaced: Bool
  ) throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/results.csv"
    let blanks = String(repeating: " ", count: 1 << 20)
    try (text ?? blanks + "mine").write(toFile: path, atomically: true, encoding: .utf8)
    #expect(OwnFile.result.isWritten(at: path) == isReplaced)
  }

  @Test(arguments: commands)
  func `is no file of the user's, who is told before the work starts`(command: String) throws {
    let folder = try TemporaryFolder()
    let words = command.split(separator: " ").map(String.init)
    let options = try #require(Tool(.standard).commands.first { $0.name == words[0] }).options
    for (option, value) in zip(words, words.dropFirst())
    where options.contains(where: { $0.name == option && $0.file.isWritten }) {
      var path = value
      if option == "--report" { path += "/README.md" }
      if words[0] == "sweep" && option == "--output" { path += "/results.jsonl" }
      if option == "--shard-folder" { path += "/shard-1-of-1.jsonl" }
      let run = try among(
        folder,
        "mkdir -p $(dirname \(path)); echo '{\"key\": \"precious\"}' > \(path); "
          + "servesim \(command); code=$?; cat \(path); rm -r \(path); exit $code")
      #expect(run.code == 2, "\(option) \(path)")
      #expect(run.errors.contains("servesim did not write it"))
      #expect(run.output == "{\"key\": \"precious\"}\n")
    }
  }

  @Test(arguments: [
    "replay t.csv --json t.csv", "convert t.csv --to azure --output t.csv",
    "replay native:t.csv --svg ./t.csv", "compare t.csv --csv t.csv",
    "replay l.csv --json h.csv", "capacity t.csv --slo 'ttft<1s' --markdown t.csv",
    "plan t.csv --slo 'ttft<1s' --gpus h100-sxm,./g.json --json g.json",
    "sweep t.csv --gpu h100-sxm,./g.json --csv g.json", "sweep t.csv --model ./c.json --csv c.json",
    "pipeline --gpu ./g.json --json g.json", "pipeline --model ./c.json --svg c.json",
    "cost --batch decode=1x2 --gpu ./g.json --json g.json", "cost --batches b.csv --csv b.csv",
    "calibrate m.csv --json m.csv", "calibrate m.csv --gpu ./g.json --output g.json",
    "calibrate m.csv --like ./g.json --svg g.json", "sweep s/results.csv --output s --resume",
    "sweep s/results.jsonl --output s", "replay r/data.csv --report r",
    "replay t.csv --model ./c.json --json hf_quant_config.json",
  ])
  func `is nothing that it reads, even where the user forces it`(command: String) throws {
    let folder = try TemporaryFolder()
    let run = try among(
      folder,
      """
      ln -s t.csv l.csv; ln t.csv h.csv; echo '{}' > g.json; echo '{}' > c.json
      echo '{}' > hf_quant_config.json; mkdir s r; cp t.csv s/results.csv; cp t.csv r/data.csv
      cp t.csv s/results.jsonl
      sha256sum $(find . -type f) > ../sums-$$; servesim \(command) --force; code=$?
      sha256sum --quiet -c ../sums-$$ || code=9; rm ../sums-$$; exit $code
      """)
    #expect(run.code == 2)
    #expect(run.errors.contains(" reads; give another name"), "\(run.errors)")
  }

  @Test func `is told of in the help of every command that writes`() {
    for command in Tool(.standard).commands
    where command.options.contains(where: { $0.file.isWritten }) {
      #expect(command.options.contains { $0.name == "--force" && $0.help.contains(OwnFile.rule) })
    }
  }
}

@Suite struct `What a command reads` {
  @Test func `is read once, so that it may be a pipe`() throws {
    let folder = try TemporaryFolder()
    let gpu = root.appending(path: "Sources/Costs/Data/GPUs/h100-sxm.json").path
    for line in [
      "compare <(cat t.csv) --seeds 3 --arrivals poisson --schedulers vllm,orca",
      "sweep t.csv --gpu <(cat '\(gpu)') --schedulers vllm,orca --request-rate 1,2 --jobs 2",
    ] {
      let run = try among(folder, "servesim \(line)")
      #expect(run.code == 0, "\(run.errors)")
    }
  }

  @Test func `has a name in UTF-8, or is refused with what to do`() throws {
    let folder = try TemporaryFolder()
    let run = try among(
      folder, "cp t.csv $'\\xff.csv'; servesim replay t.csv --json $'o\\xff.json'; ls | wc -l")
    #expect(run.errors.contains("argument 4 is not valid UTF-8; rename the file"))
    #expect(run.output.hasSuffix("5\n"))
  }
}

@Suite struct `An interruption` {
  @Test func `leaves nothing that was half written`() throws {
    let folder = try TemporaryFolder()
    let file = try OutputFile(GivenValue(source: "--json", text: "\(folder.path)/a"))
    try file.fill { $0.write("half") }
    #expect(try folder.names.count == 1)
    Leftovers.removeAll {}
    #expect(try folder.names == [])
  }

  @Test func `ends the tool as it would any other`() throws {
    let run = try Run(
      "\"$0\" bench --requests 10000000 & sleep 0.5; kill -TERM $!; wait $!; echo $?")
    #expect(run.output.hasSuffix("143\n"))
  }
}
