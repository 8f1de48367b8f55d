import Formats
import Foundation
import Serving

/// A script for Slurm that does a command's work in shards: run by itself it submits a job array,
/// a task a shard, and behind it the job that merges.
struct SlurmScript: Sendable {
  /// The command and the words behind it.
  var words: [String]
  var shards: Int
  var folder: String
  /// Tasks at the same time, at most; nil for as many as Slurm runs.
  var throttle: Int?
  /// Tasks of one array, at most: where there are more shards, a task does several.
  var mostTasks = 1000
  /// Options of `sbatch` for every job.
  var sbatch: [String] = []
  /// The tool.
  var tool = Bundle.main.executablePath ?? "servesim"
  /// The command line that the script is made by.
  var madeBy = "servesim slurm"

  /// The script.
  var text: String {
    let tasks = min(shards, mostTasks)
    let array = "1-\(tasks)" + (throttle.map { "%\($0)" } ?? "")
    let name = shellQuoted(tool)
    let shard = [
      name, words[0], "--shard \"$shard/\(shards)\" --shard-folder \(shellQuoted(folder))",
    ]
    let work = (shard + words.dropFirst().map(shellQuoted)).joined(separator: " ")
    return """
      #!/bin/bash
      # made by: \(madeBy)
      # bash with this file submits all shards and, behind them, the merge. Do so again where some
      # failed: each goes on where it was.
      #SBATCH --job-name=servesim
      \(sbatch.map { "#SBATCH \($0)\n" }.joined())set -euo pipefail
      case "${1:-submit}" in
        submit)
          array=$(sbatch --parsable --array=\(array) "$0" shard)
          merge=$(sbatch --parsable --dependency="afterok:${array%%;*}" \\
            --kill-on-invalid-dep=yes "$0" merge)
          echo "shards: job ${array%%;*}, merge: job ${merge%%;*}"
          ;;
        shard)
          export SLURM_CPUS_PER_TASK="${SLURM_CPUS_PER_TASK:-${SLURM_CPUS_ON_NODE:-1}}"
          for ((shard = SLURM_ARRAY_TASK_ID; shard <= \(shards); shard += \(tasks))); do
            \(work)
          done
          ;;
        merge)
          exec \(name) merge \(shellQuoted(folder))
          ;;
      esac

      """
  }
}

extension SlurmScript {
  /// The script that `invocation` asks for, of one of the commands `sharded`.
  init(_ invocation: Invocation, _ sharded: [Command]) throws {
    let given = invocation.arguments("COMMAND")
    let name = given[0].text
    guard let command = sharded.first(where: { $0.name == name }) else {
      throw given[0].mistake(
        "\(quoted(name)) is not done in shards",
        "give \(Command.alternatives(sharded)), with its options behind --")
    }
    words = given.map(\.text)
    let inner = try Parser.parse(Array(words.dropFirst()), for: command)
    if let own = inner[WorkShard.option] ?? inner[WorkShard.folderOption] {
      throw own.mistake("the script gives it to each task", "leave it out of the command")
    }
    shards = try invocation["--shards"]?.int(min: 1, max: 1_000_000) ?? 16
    guard let folder = invocation[WorkShard.folderOption] else {
      throw InputError(
        WorkShard.folderOption, problem: "there is no folder for the shards",
        remedy: "give one that all nodes have")
    }
    self.folder = try folder.string()
    throttle = try invocation["--throttle"]?.int(min: 1)
    mostTasks = try invocation["--max-array"]?.int(min: 1, max: 4_000_000) ?? mostTasks
    for word in invocation["--sbatch"]?.text.split(separator: " ") ?? [] {
      guard word.hasPrefix("-"), !word.hasPrefix("--array"), !word.hasPrefix("-a") else {
        throw GivenValue(source: "--sbatch", text: String(word)).mistake(
          "\(quoted(String(word))) is no option for every job",
          "give options as --name=value, all but --array")
      }
      sbatch.append(String(word))
    }
    madeBy = invocation.commandLine
  }
}

extension Command {
  /// What makes a job script of a command.
  static func slurm(_ commands: [Command]) -> Command {
    let sharded = commands.sharded
    return Command(
      name: "slurm",
      summary: "print a script that does a \(alternatives(sharded)) in shards on a cluster with "
        + "Slurm, and merges them; bash with it submits them",
      arguments: [
        Argument(
          name: "COMMAND", help: "the command and all behind it, after --", isRepeated: true)
      ],
      options: [
        Option(
          name: "--shards", placeholder: "N", standard: "16", help: "parts of the work",
          group: "Jobs"),
        Option(
          name: WorkShard.folderOption, placeholder: "FOLDER", standard: nil,
          help: "where each shard will write a file; all nodes have it", group: "Jobs"),
        Option(
          name: "--throttle", placeholder: "N", standard: nil,
          help: "tasks at the same time, at most", group: "Jobs"),
        Option(
          name: "--max-array", placeholder: "N", standard: "1000",
          help: "tasks of one array, at most: MaxArraySize less one, which scontrol show config "
            + "tells; where there are more shards, a task does several", group: "Jobs"),
        Option(
          name: "--sbatch", placeholder: "OPTIONS", standard: nil,
          help: "options of sbatch for every job, as '--time=1:00:00 --cpus-per-task=4'",
          group: "Jobs"),
      ],
      examples: [
        Example(
          line: "servesim slurm --shards 7 --shard-folder shards -- sweep Traces/chat.csv "
            + "--request-rate 4,8,16",
          purpose: "a sweep in seven jobs")
      ],
      run: { try show(SlurmScript($0, sharded).text) })
  }
}
