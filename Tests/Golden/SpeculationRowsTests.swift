import Formats
import Foundation
import Support
import Testing

/// What became of each published figure on speculation.
@Suite struct `The report on speculation` {
  private static let published = Repository.root.appending(
    path: "../shared/reference/data/acceptance.csv")

  /// Its table says of how many rows of `acceptance.csv` each line is.
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: published.path), "needs ../shared/reference"))
  func `says of every verified row whether it is given, compared, or neither and why`() throws {
    let rows = try String(contentsOf: Self.published, encoding: .utf8)
      .split(separator: "\n").filter { $0.contains(",VERIFIED,") }
    let report = try String(
      contentsOf: Repository.root.appending(path: "Reports/speculation/README.md"), encoding: .utf8)
    let lines = report.split(separator: "\n").filter { $0.hasPrefix("| ") }.map {
      $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let counts = lines.compactMap { Int($0[1]) }
    #expect(counts.reduce(0, +) == rows.count)
    for line in lines where Int(line[1]) != nil {
      #expect(["given", "compared", "not compared"].contains(line[2]), "\(line[0])")
      #expect(!line[3].isEmpty, "\(line[0])")
    }
  }
}
