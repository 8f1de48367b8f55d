import Costs
import Formats
import Foundation
import Support
import Testing

@Suite struct `The prices of GPUs` {
  @Test func `are of GPUs that there are, each once, with a date and a source`() {
    let names = GPUPrice.known.map(\.gpu)
    #expect(Set(names).count == names.count && names == names.sorted())
    for price in GPUPrice.known {
      #expect(GPUs.names.contains(price.gpu))
      #expect(price.range.contains(price.dollarsPerHour))
      #expect(price.date?.hasPrefix("202") == true && !price.source.isEmpty, "\(price.gpu)")
    }
  }

  private static let list = "reference/data/prices.csv"

  /// Each is in a row of the team's list that was verified, of a GPU of that kind.
  @Test(.enabled(if: Repository.hasShared(list), "the team's list of prices is not there"))
  func `are those that were verified`() throws {
    let text = try String(
      contentsOf: Repository.shared.appending(path: Self.list), encoding: .utf8)
    let rows = CSVTable(text).rows.filter { $0["status"] == "VERIFIED" }
    for price in GPUPrice.known {
      let letters = price.gpu.split(separator: "-")[0].uppercased()
      let found = rows.contains { row in
        let ends = (row["usd_per_gpu_hour_or_text"] ?? "").split(separator: "-").compactMap {
          Double($0)
        }
        return row["gpu"]?.uppercased().hasPrefix(letters) == true
          && ends.first == price.range.lowerBound && ends.last == price.range.upperBound
      }
      #expect(found, "\(price)")
    }
  }

  @Test func `may be given, in dollars an hour`() throws {
    let prices = try GivenValue(source: "--price", text: "h100-sxm=2.5,./my.json=0.4").prices()
    #expect(prices.map(\.gpu) == ["h100-sxm", "./my.json"])
    #expect(prices.map(\.dollarsPerHour) == [2.5, 0.4] && prices[0].date == nil)
  }

  @Test(arguments: ["", "h100-sxm", "=2", "a=0", "a=-1", "a=x", "a=1,a=2", "a=1,,b=2"])
  func `are refused under their option where they cannot be`(text: String) {
    let error = #expect(throws: InputError.self) {
      try GivenValue(source: "--price", text: text).prices()
    }
    #expect(error?.source == "--price")
  }
}
