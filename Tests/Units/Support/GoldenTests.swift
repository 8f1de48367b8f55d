import Foundation
import Support
import Testing

@Suite struct `A text that is kept` {
  @Test func `is compared line by line, and written anew only where that is asked for`() throws {
    let folder = try TemporaryFolder()
    let place = URL(filePath: folder.path)
    func difference(_ text: String, updating: Bool = false) -> String? {
      Golden.difference(text, from: "a/b.txt", in: place, updating: updating)
    }
    #expect(difference("one\n")?.contains("\"one\" instead of nothing") == true)
    #expect(difference("one\ntwo\n", updating: true)?.contains("is written anew") == true)
    #expect(difference("one\ntwo\n") == nil)
    #expect(difference("one\ntwo\n", updating: true) == nil)
    #expect(difference("one\nthree\n")?.contains("b.txt:2: \"three\" instead of \"two\"") == true)
    #expect(try folder.text(of: "a/b.txt") == "one\ntwo\n")
  }
}
