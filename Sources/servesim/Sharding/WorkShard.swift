import Formats
import Foundation
import Studies

/// Which share of a command's work is done, and the folder that its file goes to.
struct WorkShard: Sendable {
  let share: Share
  let folder: GivenValue

  /// The share that was asked for; nil where all of the work is to be done.
  ///
  /// - Parameter environment: what tells the share where it is left to Slurm.
  init?(
    _ invocation: Invocation,
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(InputError) {
    guard let given = invocation[Self.option] else {
      guard let folder = invocation[Self.folderOption] else { return nil }
      throw folder.mistake(
        "there is no shard to write", "give \(Self.option) too, as 1/4 or slurm")
    }
    guard let folder = invocation[Self.folderOption] else {
      throw given.mistake(
        "there is no folder to write the shard to", "give \(Self.folderOption) too")
    }
    self.folder = folder
    share =
      given.text == Self.slurm ? try Self.share(of: environment, given) : try given.share(of: "/")
  }

  static let option = "--shard"
  static let folderOption = "--shard-folder"
  private static let slurm = "slurm"

  /// The options that say it.
  static let options = [
    Option(
      name: option, placeholder: "I/N", standard: nil,
      help: "do the I-th of N shares of the work alone, and go on with what is there of it; with "
        + "\(slurm) the job array tells I and N; servesim merge ends it", group: "Shards"),
    Option(
      name: folderOption, placeholder: "FOLDER", standard: nil,
      help: "where each shard writes a file", group: "Shards", file: .writesFolder),
  ]

  /// The path of its file.
  var path: String { "\(folder.text)/\(Self.name(of: share))" }

  private static func name(of share: Share) -> String {
    "shard-\(share.place)-of-\(share.count).jsonl"
  }

  /// The paths of the files of shards that are in `folder`.
  static func paths(in folder: GivenValue) throws(InputError) -> [String] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.text) else {
      throw folder.mistake(
        "\(quoted(folder.text)) is no folder that can be read", "give that of \(folderOption)")
    }
    return names.filter { $0.hasPrefix("shard-") && $0.hasSuffix(".jsonl") }.sorted()
      .map { "\(folder.text)/\($0)" }
  }

  /// The share that a task of a job array has: the tasks are numbered from the least on, in steps.
  private static func share(
    of environment: [String: String], _ given: GivenValue
  ) throws(InputError) -> Share {
    func number(_ name: String) -> Int? {
      environment["SLURM_ARRAY_TASK_\(name)"].flatMap(Int.init)
    }
    guard let task = number("ID"), let first = number("MIN"), let count = number("COUNT") else {
      throw given.mistake(
        "this is no task of a Slurm job array", "submit it with sbatch --array, or give I/N")
    }
    let (place, rest) = (task - first).quotientAndRemainder(dividingBy: number("STEP") ?? 1)
    guard rest == 0, (0..<count).contains(place) else {
      throw given.mistake(
        "task \(task) is not among \(count) from \(first) on",
        "number the tasks without gaps, or give I/N")
    }
    return Share(place + 1, of: count)
  }
}

extension GivenValue {
  /// The share that the text is, as `3/7`.
  fileprivate func share(of separator: Character) throws(InputError) -> Share {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let place = Int(parts[0]), let count = Int(parts[1]), place >= 1,
      place <= count, count <= 1_000_000
    else {
      throw mistake(
        "\(quoted(text)) is no share of the work", "give I/N with I from 1 to N, as in 3/7")
    }
    return Share(place, of: count)
  }
}

extension [Command] {
  /// Those whose work can be done in shards.
  var sharded: [Command] {
    filter { command in command.options.contains { $0.name == WorkShard.option } }
  }
}
