import Foundation
import FoundationXML
import Metrics
import Testing

@testable import Reporting

@Suite struct RunsReportTests {
  @Test func `has every file that it promises, and the pictures are XML`() {
    let files = sampleReport().files
    #expect(Set(files.keys) == Set(Report.fileNames(figures: RunsReport.figureFiles)))
    for (name, text) in files where name.hasSuffix(".svg") {
      #expect(XMLParser(data: Data(text.utf8)).parse(), "\(name)")
    }
    #expect(sampleReport().files == files)
  }

  @Test func `the README says what was asked, what is the case, and how to get it again`() throws {
    let readme = try #require(sampleReport().files["README.md"])
    #expect(readme.hasPrefix("# Who serves users best: slow:<x>=1 or fast? ("))
    #expect(readme.contains("**fast beats slow.**"))
    #expect(readme.contains("\n    servesim compare 'a <b>.csv' --report c\n"))
    #expect(readme.contains("- SHA-256 of the trace: c0ffee\n- seed: 7\n- servesim: 1.2.3\n"))
    for name in RunsReport.figureFiles { #expect(readme.contains("](\(name))")) }
    #expect(readme.contains("- **others' prefill**: "))
  }

  @Test func `the page asks for nothing from elsewhere and is safe for any name`() throws {
    let page = try #require(sampleReport().files["index.html"])
    #expect(!page.contains("<x>"))
    for outside in ["src=", "@import", "url(", "fetch(", "XMLHttpRequest"] {
      #expect(!page.contains(outside), "\(outside)")
    }
    let links = page.components(separatedBy: "href=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
    #expect(links.allSatisfy { RunsReport.figureFiles.contains(String($0)) })
    #expect(page.contains("prefers-color-scheme:dark"))
  }

  @Test func `the figures that matter most stand first, with whose they are`() {
    let report = sampleReport()
    #expect(
      Headline.figures(report.sections[0].table).map(\.meaning) == [
        "lowest TTFT p99: fast", "lowest TBT p99: slow:<x>=1, fast", "lowest E2E p99: fast",
      ])
    #expect(report.lead?.file == "ttft.svg")
    let one = RunsReport.report([sampleEntry("fast")], objective: nil, source: sampleSource)
    #expect(
      Headline.figures(one.sections[0].table) == [
        .init(value: "152 ms", meaning: "TTFT p99"), .init(value: "5.00 ms", meaning: "TBT p99"),
        .init(value: "157 ms", meaning: "E2E p99"),
      ])
    var kept = sampleEntry("fast")
    kept.run.verdict = Verdict(clauses: [], attaining: 120, attainment: 0.8, goodputPerSecond: 1)
    let judged = RunsReport.report([kept], objective: nil, source: sampleSource)
    #expect(
      Headline.figures(judged.sections[0].table).first
        == .init(value: "80.0 %", meaning: "SLO attainment per request"))
  }

  @Test func `what moved the slowest is told from the fastest on`() {
    let entries = [
      sampleEntry("slow", factor: 3), sampleEntry("fast"), sampleEntry("mid", factor: 2),
    ]
    #expect(
      AttributionReport.sentences(entries.map(\.run)) == [
        "The slowest 1 % of the requests take 308 ms under mid, 158 ms under fast: +150 ms, "
          + "of which queue +150 ms.",
        "The slowest 1 % of the requests take 458 ms under slow, 158 ms under fast: +300 ms, "
          + "of which queue +300 ms.",
      ])
    #expect(AttributionReport.sentences([entries[0].run]) == [])
    #expect(
      AttributionReport.sentences([entries[1].run, entries[1].run]) == [
        "The slowest 1 % of the requests take 158 ms under fast, 158 ms under fast."
      ])
  }

  @Test func `the table has two rows a run, and none where the run does not tell`() throws {
    var runs = [sampleEntry("fast").run, try sampleRun(objective: nil)]
    #expect(
      AttributionReport.table(runs).rows.map { $0.prefix(3).map(\.text) } == [
        ["fast", "all", "0.0835"], ["fast", "slowest 1 %", "0.158"],
      ])
    runs.removeFirst()
    #expect(AttributionReport.text(runs) == "")
  }
}

@Suite struct RunsAnswerTests {
  private func run(_ objective: String?) throws -> Run {
    var run = try sampleRun(objective: objective)
    run.scheduler = "a"
    return run
  }

  @Test func `a run is judged, or described where there is nothing to judge it by`() throws {
    #expect(
      RunsAnswer.sentence(try run(nil))
        == "Under a, users wait 900 ms for the first token (p99 1.29 s) and 300 ms for each after "
        + "it (p99 496 ms).")
    #expect(RunsAnswer.sentence(try run("ttft.p99<9s")).hasPrefix("Yes: a meets ttft.p99<9s; "))
    #expect(
      RunsAnswer.sentence(try run("ttft.p99<1s"))
        .hasPrefix("No: a does not meet ttft.p99<1s (it is 1.29 s); "))
    #expect(
      RunsAnswer.sentence(try run("ttft<1s"))
        == "Under a, 33.3 % of the requests meet ttft<1s.")
  }
}
