import Testing

@testable import Reporting

@Suite struct TableTests {
  private var table: Table {
    Table(
      [
        Table.Column("scheduler", isNumeric: false),
        Table.Column("p50", group: "TTFT", unit: "ms", best: .lowest),
        Table.Column("p99", group: "TTFT", unit: "ms", best: .lowest),
        Table.Column("rate", best: .highest),
      ],
      rows: [
        [
          Table.Cell("vllm"), Table.Cell("9", value: 9), Table.Cell("1000", value: 1000),
          Table.Cell("5", value: 5),
        ],
        [
          Table.Cell("a|b"), Table.Cell("12", value: 12), Table.Cell("40", value: 40),
          Table.Cell("5", value: 5),
        ],
      ])
  }

  @Test func `numbers stand at the right, words at the left, a star at the best`() {
    #expect(
      TextTable.text(table) == """
                    TTFT ms
        scheduler  p50   p99  rate
        ---------  ---  ----  ----
        vllm         9* 1000     5
        a|b         12    40*    5

        """)
  }

  @Test func `markdown keeps a bar inside its cell`() {
    #expect(
      MarkdownTable.text(table) == """
        | scheduler | TTFT p50 (ms) | TTFT p99 (ms) | rate |
        | --- | ---: | ---: | ---: |
        | vllm | 9 \\* | 1000 | 5 |
        | a\\|b | 12 | 40 \\* | 5 |

        """)
  }

  @Test func `equal bests are all marked, and none where no row is worse`() {
    let column = Table.Column("x", best: .highest)
    let some = Table([column], rows: [2.0, 3, 3].map { [Table.Cell("", value: $0)] })
    #expect((0..<3).map { some.isBest(row: $0, column: 0) } == [false, true, true])
    let none = Table([column], rows: [2.0, 2].map { [Table.Cell("", value: $0)] })
    #expect((0..<2).map { none.isBest(row: $0, column: 0) } == [false, false])
  }

  @Test func `a cell without a value takes no part in the comparison`() {
    let column = Table.Column("x", best: .lowest)
    let table = Table(
      [column], rows: [[Table.Cell("-")], [Table.Cell("1", value: 1)], [Table.Cell("2", value: 2)]])
    #expect((0..<3).map { table.isBest(row: $0, column: 0) } == [false, true, false])
  }

  @Test func `a table that is too wide goes on below with its first column`() {
    let cut = TextTable.text(table, limit: 22)
    #expect(
      cut == """
                    TTFT ms
        scheduler  p50   p99
        ---------  ---  ----
        vllm         9* 1000
        a|b         12    40*

        scheduler  rate
        ---------  ----
        vllm          5
        a|b           5

        """)
  }

  @Test func `all columns that name a row stand before every part of a table`() {
    let words = ["operation", "format"].map { Table.Column($0, isNumeric: false) }
    let axis = Table.Column("rate", isKey: true)
    let figures = (1...9).map { Table.Column("figure \($0)") }
    let table = Table(
      words + [axis] + figures,
      rows: [(["gemm", "bf16", "4"] + figures.map(\.heading)).map { Table.Cell($0) }])
    for limit in [60, 80, 100] {
      let parts = TextTable.text(table, limit: limit).components(separatedBy: "\n\n")
      #expect(parts.count > 1)
      for part in parts {
        let lines = part.split(separator: "\n")
        #expect(lines[0].hasPrefix("operation  format  rate  figure "))
        #expect(lines[2].hasPrefix("gemm       bf16       4  figure "))
        #expect(lines.allSatisfy { $0.count <= limit })
      }
    }
  }

  @Test func `keys that would fill the line are repeated only as far as half of it`() {
    let table = Table(
      ["a", "b", "c"].map { Table.Column("\($0) long key", isNumeric: false) }
        + [Table.Column("x"), Table.Column("y")],
      rows: [["1", "2", "3", "4", "5"].map { Table.Cell($0) }])
    let parts = TextTable.text(table, limit: 24).components(separatedBy: "\n\n")
    #expect(parts.allSatisfy { $0.hasPrefix("a long key") })
  }

  @Test func `a terminal's width goes before the one that files have`() {
    let wide = TextTable.text(table)
    let narrow = TextTable.$terminalColumns.withValue(22) { TextTable.text(table) }
    #expect(wide.split(separator: "\n").count == 5 && narrow == TextTable.text(table, limit: 22))
    #expect(TextTable.$terminalColumns.withValue(200) { TextTable.text(table, limit: 22) } == wide)
  }

  @Test func `a group whose name is wider than its columns widens them`() {
    let table = Table(
      [Table.Column("a", group: "a long name"), Table.Column("b", group: "a long name")],
      rows: [[Table.Cell("1"), Table.Cell("2")]])
    #expect(
      TextTable.text(table) == """
        a long name
        a         b
        -  --------
        1         2

        """)
  }
}
