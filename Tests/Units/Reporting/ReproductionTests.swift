import Foundation
import Reporting
import Testing

@testable import Studies

@Suite struct `A published experiment beside ours` {
  private let study = Reproduction(
    study: "nanoflow-ablation", title: "what overlap gains", source: "a figure", axis: nil,
    rows: [
      Reproduction.Row(
        system: "non-overlap", workload: "512-0", metric: "tokens_per_second_per_gpu",
        published: 1000, ours: 950),
      Reproduction.Row(
        system: "nanoflow", workload: "512-0", metric: "tokens_per_second_per_gpu",
        published: 1200, ours: 1260),
    ])

  @Test func `is a table with the difference as a share of what was published`() {
    #expect(
      ReproductionReport.markdown(study) == """
        | system | workload | metric | published | ours | difference |
        | --- | --- | --- | ---: | ---: | ---: |
        | non-overlap | 512-0 | tokens per second per gpu | 1,000 | 950 | -5.0 % |
        | nanoflow | 512-0 | tokens per second per gpu | 1,200 | 1,260 | +5.0 % |

        """)
    #expect(
      ReproductionReport.csv(study).hasSuffix(
        "\nnanoflow,512-0,tokens_per_second_per_gpu,,1200.0,1260,0.0500\n"))
  }

  @Test func `is JSON with a study and its rows`() {
    let json = ReproductionReport.json(study)
    #expect(json.hasPrefix("{\n  \"study\": \"nanoflow-ablation\",\n  \"rows\": ["))
    for name in ["key", "system", "workload", "metric", "published", "ours"] {
      #expect(json.contains("\"\(name)\": "))
    }
  }

  @Test func `is counted with others by how near it comes out, figures of zero aside`() {
    func row(_ published: Double, _ ours: Double) -> Reproduction.Row {
      Reproduction.Row(
        system: "s", workload: "w", metric: "m", published: published, ours: ours)
    }
    let other = Reproduction(
      study: "other", title: "", source: "", axis: nil,
      rows: [row(10, 9), row(10, 12), row(2, 1), row(2, 4), row(0, 0), row(0, 1)])
    #expect(
      ReproductionScoreboard.sentence([study, other])
        == "Of 6 published figures, ours are 3 within 10 %, 4 within 20 %, 5 within 50 %, "
        + "and 1 beyond.")
    #expect(
      ReproductionScoreboard.markdown([study, other]) == """
        | study | figures published | figures within 10 % | figures within 20 % \
        | figures within 50 % | figures beyond |
        | --- | ---: | ---: | ---: | ---: | ---: |
        | nanoflow-ablation | 2 | 2 | 2 | 2 | 0 |
        | other | 4 | 1 | 2 | 3 | 1 |
        | all | 6 | 3 | 4 | 5 | 1 |

        """)
  }

  @Test func `is a picture with two bars a figure`() {
    let svg = ReproductionChart(study).svg()
    #expect(svg.components(separatedBy: "<rect class=\"bar ").count == 5)
    #expect(svg.components(separatedBy: " pale\"").count == 3)
    #expect(svg.components(separatedBy: "class=\"panel\"").count == 2)
    #expect(svg.contains("1,260 (+5.0 %)"))
  }

  @Test func `along an axis is curves in a panel a workload and metric`() {
    var curves: [Reproduction.Row] = []
    for (workload, metric) in [("1200/60", "latency_seconds"), ("2600/60", "queries_per_second")] {
      for (system, at) in [("fastgen", 2.0), ("fastgen", 1), ("vllm", 1)] {
        curves.append(
          Reproduction.Row(
            system: system, workload: workload, metric: metric, at: at, published: 2 * at, ours: at)
        )
      }
    }
    let placed = Reproduction(
      study: "curves", title: "what <waiting> costs", source: "a figure", axis: "clients",
      rows: curves)
    let svg = ReproductionReport.svg(placed)
    #expect(svg.components(separatedBy: "class=\"panel\"").count == 3)
    // A hollow point a figure, and one in the legend; a full line of each colour a panel.
    #expect(svg.components(separatedBy: "<circle").count == curves.count + 2)
    #expect(svg.components(separatedBy: "<path class=\"line c0\"").count == 3)
    #expect(svg.components(separatedBy: "<path class=\"line c1 point\"").count == 3)
    #expect(svg.contains("latency seconds") && svg.contains("queries per second"))
    #expect(svg.contains("&lt;waiting&gt;") && !svg.contains("more figures"))
    curves[0].at = nil
    let some = Reproduction(
      study: "curves", title: "t", source: "a figure", axis: "clients", rows: curves)
    #expect(ReproductionReport.svg(some).contains("1 more figures are in the table"))
  }
}
