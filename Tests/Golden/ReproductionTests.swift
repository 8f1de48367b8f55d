import Foundation
import Reporting
import Support
import Testing

@testable import Reproductions
@testable import Studies

private let root = Repository.root

/// The published experiments in `Reports`; the long ones are run by `servesim reproduce` alone.
@Suite struct `A reproduction in the reports` {
  private static let quick = ["fastgen-tail", "sarathi-chunking", "speculation"]

  @Test(arguments: quick)
  func `comes out again byte for byte`(_ name: String) throws {
    let entry = try #require(PublishedExperiments.all.first { $0.name == name })
    let study = try entry.run(jobs: 2)
    for (file, text) in ReproductionReport.files(study) {
      let kept = try String(
        contentsOf: Self.folder(of: name).appending(path: file), encoding: .utf8)
      #expect(kept == text, "\(name)/\(file): run servesim reproduce again")
    }
  }

  @Test(arguments: PublishedExperiments.all.map(\.name))
  func `has its files, no row twice, and a text that gives its command`(_ name: String) throws {
    let folder = Self.folder(of: name)
    for file in ReproductionReport.fileNames {
      #expect(FileManager.default.fileExists(atPath: folder.appending(path: file).path), "\(name)")
    }
    let data = try String(contentsOf: folder.appending(path: "data.csv"), encoding: .utf8)
    let keys = data.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).prefix(4)
    }
    #expect(Set(keys).count == keys.count && keys.count > 1, "\(name)")
    let own = folder.appending(path: "README.md")
    let shared = folder.deletingLastPathComponent().appending(path: "README.md")
    let text = try String(
      contentsOf: FileManager.default.fileExists(atPath: own.path) ? own : shared, encoding: .utf8)
    #expect(text.contains("servesim reproduce \(name)"))
  }

  /// The study as `data.csv` has it, by the differences, which have more digits than the figures.
  private static func kept(_ name: String) throws -> Reproduction {
    let data = try String(
      contentsOf: folder(of: name).appending(path: "data.csv"), encoding: .utf8)
    let rows = try data.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let published = try #require(Double(fields[4]))
      let ours = Double(fields[6]).map { published * (1 + $0) }
      return Reproduction.Row(
        system: fields[0], workload: fields[1], metric: fields[2], at: Double(fields[3]),
        published: published, ours: try ours ?? #require(Double(fields[5])))
    }
    return Reproduction(study: name, title: "", source: "", axis: nil, rows: rows)
  }

  @Test func `is counted by how near it comes out, in the README and beside the reports`() throws {
    let studies = try PublishedExperiments.all.map { try Self.kept($0.name) }
    func text(_ path: String) throws -> String {
      try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
    #expect(try text("Reports/README.md").contains(ReproductionScoreboard.markdown(studies)))
    let words = try text("README.md").split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    #expect(words.contains(ReproductionScoreboard.sentence(studies)))
  }

  /// `Reports/name`, or where a paper has a folder of its own, `Reports/paper/rest-of-name`.
  private static func folder(of name: String) -> URL {
    let reports = root.appending(path: "Reports")
    let own = reports.appending(path: name)
    if FileManager.default.fileExists(atPath: own.path) { return own }
    let parts = name.split(separator: "-", maxSplits: 1)
    return reports.appending(path: parts.joined(separator: "/"))
  }
}
