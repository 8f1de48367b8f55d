import Formats
import Metrics
import Studies

/// What is to be said below the tables of a plan.
extension PlanReport {
  /// What a reader has to know, in sentences.
  var remarks: [String] { remarks(isShort: false) }

  /// The same; if it is to be short, of many kinds only what is of the answer's, and where to read
  /// of the others.
  func remarks(isShort: Bool) -> [String] {
    let isShort = isShort && space.kinds.count > Self.mostKinds
    let chosen = plan.chosen?.worst
    return why(isShort) + [definition] + equals + handovers(isShort) + prices(isShort) + rivals
      + [counted] + chance
      + times(isShort)
      + [chosen.flatMap { $0.refused > 0 ? refused($0.refused) : nil }, backlog, power, sales]
      .compactMap { $0 }
  }

  /// Kinds of which each has lines of its own in text.
  private static let mostKinds = 3

  /// Where the rest of what was shortened stands.
  private static let elsewhere = "--report DIR and --json - tell"

  /// Why the nearest deployments fail.
  private func why(_ isShort: Bool) -> [String] {
    let lines = failures.rows.map { row in
      let degree = row[3].text == "1" ? "" : " of \(row[3].text)"
      return "Fails: \(row[1].text) x \(row[0].text) as \(row[2].text)\(degree) under "
        + "\(row[4].text): \(row[5].text)."
    }
    if !isShort || lines.isEmpty { return lines }
    let nearest =
      failures.rows.firstIndex { row in
        row[0].text == (plan.answer ?? nearestKind).map(name(ofKind:))
      } ?? 0
    return [lines[nearest]]
      + (lines.count > 1
        ? ["\(lines.count - 1) other kinds fail too with fewer GPUs: \(Self.elsewhere) why."]
        : [])
  }

  /// What the joules rest on; nil where the answer has none.
  private var power: String? {
    plan.chosen?.worst?.energy.map { "Power of \($0.basis)." }
  }

  /// What the times of each kind's best rest on, where that is not all measured.
  private func times(_ isShort: Bool) -> [String] {
    let lines = CostNotes.lines(
      space.kinds.indices.compactMap { kind in
        plan.best[kind].map { place in
          (name(ofKind: kind), plan.settings(of: plan.candidates[place]))
        }
      })
    if !isShort || lines.count < 2 { return lines }
    let own = plan.chosen.map {
      CostNotes.lines([(name(ofKind: space.shapes[$0.shape].kind), plan.settings(of: $0))])
    }
    return (own ?? []) + [
      "The times of some kinds are lent by others, or lie beyond what was measured: "
        + "\(Self.elsewhere) which."
    ]
  }

  /// That the trace is too short to tell; nil where it is not.
  private var backlog: String? {
    guard let served = plan.chosen?.worst?.throughput?.requestsPerSecond, let sent = search.rate,
      served < 0.9 * sent
    else { return nil }
    return "Of \(Numbers.significant(sent)) requests a second it serves "
      + "\(Numbers.significant(served)), to the last token: the trace may end before its queue has "
      + "grown; use a longer one."
  }

  /// What the answer earns; nil where it is not said what tokens are sold for.
  private var sales: String? {
    guard let sale, let chosen = plan.chosen, let income = income(of: chosen),
      let cost = chosen.dollarsPerHour
    else { return nil }
    let margin = TokenPrices.margin(income: income, cost: cost)
    return "At \(Self.dollars(sale.input)) dollars a million tokens of prompts, "
      + "\(Self.dollars(sale.cachedInput)) where they are cached, and \(Self.dollars(sale.output)) "
      + "of output it earns $\(Self.dollars(income)) an hour, "
      + "\(Numbers.fixed(margin * 100, decimals: 0)) % over its cost."
  }

  /// Dollars an hour for the tokens of `candidate` at the planned load; nil where it is not said
  /// what they are sold for.
  func income(of candidate: PlanCandidate) -> Double? {
    guard let sale, let judged = candidate.worst, let served = judged.throughput else { return nil }
    let hours = served.spanSeconds / 3600
    let output = served.outputTokensPerSecond * 3600
    let prompts = (served.totalTokensPerSecond - served.outputTokensPerSecond) * 3600
    let cached = hours > 0 ? min(prompts, Double(judged.cachedTokens) / hours) : 0
    return sale.income(input: prompts - cached, cachedInput: cached, output: output)
  }

  private func refused(_ count: Int) -> String {
    count == 1
      ? "One request is longer than is served, and is refused."
      : "\(Numbers.grouped(count)) requests are longer than is served, and are refused."
  }

  /// Others that cost as much as the answer and keep the requirement too.
  private var equals: [String] {
    guard let chosen = plan.chosen, let kind = plan.answer else { return [] }
    let others = plan.candidates.filter {
      $0.isKept && $0 != chosen && space.shapes[$0.shape].kind == kind
    }
    if others.isEmpty { return [] }
    let shown = others.prefix(3).map { candidate in
      let shape = space.shapes[candidate.shape]
      let degree = shape.gpus == 1 ? "" : " on \(shape.gpus)"
      return "\(shape.scheduler)\(degree) (\(candidate.attainment.map(Self.share) ?? "-"))"
    }
    let more = others.count > 3 ? " and \(others.count - 3) more" : ""
    return ["As many GPUs keep it too under \(shown.joined(separator: ", "))\(more)."]
  }

  /// How many GPUs pools that hand over need, and how many do without; if it is to be short, of the
  /// answer's kind alone.
  private func handovers(_ isShort: Bool) -> [String] {
    space.kinds.indices.filter { space.kinds[$0].isApart }.compactMap { kind in
      let name = space.kinds[kind].name
      let others = space.kinds.indices.filter { space.kinds[$0].name == name && $0 != kind }
      let answer = plan.answer.map { space.kinds[$0].name }
      if isShort, let answer, answer != name { return nil }
      let apart = plan.best[kind].map { plan.candidates[$0] }
      let together = others.first.flatMap { plan.best[$0] }.map { plan.candidates[$0] }
      if apart == nil && together == nil { return nil }
      func words(_ best: PlanCandidate?) -> String {
        guard let best else { return "none that were tried keep it" }
        return "\(best.gpus) keep it as \(best.replicasWords) under "
          + space.shapes[best.shape].scheduler
      }
      return "Of \(name) in pools that hand over \(words(apart)); without handing over "
        + "\(words(together))."
    }
  }

  /// What each kind costs, and who says so.
  private func prices(_ isShort: Bool) -> [String] {
    let all = space.kinds.filter { !$0.isApart }
    let shown = isShort ? plan.answer.map { [space.kinds[$0]] } ?? [] : all
    let known = shown.compactMap { kind in
      kind.price.map { price in
        let range = price.range
        let quoted =
          range.lowerBound < range.upperBound
          ? ", the middle of \(Numbers.fixed(range.lowerBound, decimals: 2)) to "
            + Numbers.fixed(range.upperBound, decimals: 2) : ""
        return "\(kind.name) \(Self.dollars(price.dollarsPerHour))\(quoted) (\(price.words))"
      }
    }
    if isShort {
      let head = known.isEmpty ? "" : "At \(known[0]) dollars an hour for one GPU. "
      return [
        "\(head)Prices of \(all.count) kinds with date and source: \(Self.elsewhere)."
      ]
    }
    if known.isEmpty { return [] }
    return ["Prices in dollars an hour for one GPU: \(known.joined(separator: "; "))."]
  }

  /// Kinds whose best may be cheaper than the answer within what is quoted, as a sentence.
  private var rivals: [String] {
    guard search.goal == .money, let answer = plan.answer,
      let chosen = quoted(answer)
    else { return [] }
    let others = space.kinds.indices.compactMap { kind -> String? in
      guard space.kinds[kind].name != space.kinds[answer].name, let best = plan.best[kind],
        let range = quoted(kind),
        range.lowerBound < chosen.upperBound
      else { return nil }
      let ends = [range.lowerBound, range.upperBound].map(Self.dollars)
      return "\(plan.candidates[best].gpus) x \(name(ofKind: kind)) for "
        + "$\(ClosingSentence.span(ends))"
    }
    if others.isEmpty { return [] }
    let own = [chosen.lowerBound, chosen.upperBound].map(Self.dollars)
    return [
      "Within what is quoted the answer costs $\(ClosingSentence.span(own)) an hour, and "
        + "\(ClosingSentence.list(others)) may be cheaper."
    ]
  }

  /// What the best of a kind costs an hour by the lowest and the highest price quoted.
  private func quoted(_ kind: Int) -> ClosedRange<Double>? {
    guard let best = plan.best[kind], let range = space.kinds[kind].price?.range else { return nil }
    let gpus = Double(plan.candidates[best].gpus)
    return gpus * range.lowerBound...gpus * range.upperBound
  }

  /// How many combinations there were, and why some were never run.
  private var counted: String {
    let counts = plan.counts
    let parts = [
      (counts.whole, "run to the end"),
      (counts.left, "left when it was certain that they do not keep it"),
      (counts.stopped, "that could not go on"),
      (
        counts.impossible,
        "that do not fit\(space.ratios.isEmpty ? "" : " or hand over"), whatever the replicas"
      ),
      (counts.dearer, "never run, with more GPUs than one of their kind that keeps it"),
    ].filter { $0.0 > 0 }.map { "\(Numbers.grouped($0.0)) \($0.1)" }
    return "Of \(Numbers.grouped(counts.all)) combinations: \(parts.joined(separator: ", "))."
  }

  /// How much of it is chance.
  private var chance: [String] {
    if plan.chosen == nil { return [] }
    guard let fresh else {
      return [
        "These are the trace's own arrivals; add --arrivals poisson to see how much of it is "
          + "chance where they are drawn."
      ]
    }
    let ends = [fresh.attainment.lowerBound, fresh.attainment.upperBound].map(Self.share)
    return [
      "Under \(fresh.tried) seeds more it is kept under \(fresh.kept), where "
        + "\(ClosingSentence.span(ends)) of the requests keep all limits."
    ]
  }
}
