import Serving
import Testing

@testable import Workloads

private let native = ["id", "arrival_s", "prompt_tokens", "output_tokens"]
private let optional = ["session_id", "priority", "prefix_hashes"]

@Suite struct `Columns and keys that a format does not read` {
  @Test(arguments: [
    "sesion_id", "session", "Session_ID", "session-id", "prefix_hash", "prefix_hashs", "prioritys",
    "priorty",
  ])
  func `are refused where they are nearly one that it reads`(name: String) throws {
    let error = try #require(refusal("\(native.joined(separator: ",")),\(name)\n0,0,1,1,7\n"))
    #expect(isAbout(error, line: 1, column: name, says: "the column is not one that is read"))
    let meant = optional.first { $0.hasPrefix(name.lowercased().prefix(3)) } ?? "session_id"
    #expect(error.remedy.hasPrefix("did you mean \(meant)?"))
  }

  @Test func `are told by name, with what is left out, in every format`() throws {
    let csv = try load("arrival_s,prompt_tokens,output_tokens,model,\n0,1,1,a,\n")
    #expect(csv.notes == ["columns that are not read: model, one without a name"])
    let azure = try load(
      "TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,2,3,4\n")
    #expect(azure.notes.first?.hasPrefix("columns that are not read: NumImages; images ") == true)
    let mooncake = try load(
      """
      {"timestamp": 0, "input_length": 7, "output_length": 6, "hash_ids": []}
      {"timestamp": 5000, "think_delay": 3, "input_length": 7, "output_length": 6, "hash_ids": []}
      """)
    #expect(
      mooncake.notes.first?.hasPrefix("keys that are not read: think_delay; requests") == true)
  }

  @Test func `are keys that are refused on the line that has them`() {
    let row = #"{"timestamp": 0, "input_length": 7, "output_length": 6, "hash_ids": []"#
    let error = refusal("\(row)}\n\(row), \"sesion_id\": 5}\n")
    #expect(isAbout(error, line: 2, column: "sesion_id", says: "the key is not one that is read"))
  }

  @Test func `are no other than those that are read`() throws {
    let all = (native + optional).joined(separator: ",")
    let notes = try load("\(all)\n0,0,1,1,s,5,7\n").notes
    #expect(notes == ["prefix hashes of 16-token blocks: 1 of 1 requests have some"])
  }
}

@Suite struct `Times in another unit` {
  private static func rows(_ unit: Int) -> String {
    (0..<20).map {
      #"{"timestamp": \#($0 * unit), "input_length": 7, "output_length": 6, "hash_ids": []}"#
    }.joined(separator: "\n")
  }

  @Test func `are refused where milliseconds would make a rate that no service has`() throws {
    let error = try #require(refusal(Self.rows(1)))
    #expect(isAbout(error, line: nil, column: "timestamp", says: "1000 requests per second"))
    #expect(error.remedy.contains("mooncake:trace.csv"))
    #expect(try load(Self.rows(1000)).trace.meanRate == 1)
  }

  @Test func `are taken as milliseconds where the format is named`() throws {
    #expect(try MooncakeFormat().parse(Array(Self.rows(1).utf8), source: "a").trace.count == 20)
  }
}
