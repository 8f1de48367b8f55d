import Formats
import Serving

/// What a user can set of the transforms of a trace.
extension TraceTransforms {
  static let windowSetting = Setting<TraceTransforms>(
    "window", .text("FROM..TO"), standard: "all",
    "requests that arrive in these seconds since the first, TO left out, which start anew at FROM; "
      + "either may be left open",
    shown: { $0.window.map { "\($0.lowerBound.seconds)..\(bound($0.upperBound))" } },
    set: { (transforms, given) throws(InputError) in transforms.window = try window(given) })

  static let filterSetting = Setting<TraceTransforms>(
    "filter", .text("CONDITIONS"), standard: "all",
    "requests that meet conditions such as 'prompt<=8192 and output>1': " + RequestFilter.help,
    shown: { $0.filter?.text },
    set: { (transforms, given) throws(InputError) in
      transforms.filter = try RequestFilter(given)
    })

  /// How many requests there are; vLLM's benchmark has another name for it.
  public static let limitSetting = Setting<TraceTransforms>.count(
    "limit", \.limit, in: 1...Int.max, standard: "all",
    "requests to serve, from the beginning of the trace", printed: "requests"
  ).known(as: "num-prompts")

  static let sampleSetting = Setting<TraceTransforms>.count(
    "resample", \.sample, in: EngineRange.requests,
    "draw so many requests of the trace, with what is known of each, at the trace's own times, "
      + "over and over")

  private static let promptSetting = Setting<TraceTransforms>.count(
    "clip-prompt", \.mostPromptTokens, in: EngineRange.tokens,
    "cut prompts to so many tokens")

  private static let outputSetting = Setting<TraceTransforms>.count(
    "clip-output", \.mostOutputTokens, in: EngineRange.tokens, "cut outputs to so many tokens")

  static let spreadSetting = Setting<TraceTransforms>(
    "spread", .text("SECONDS"),
    "spread requests that a coarse clock put at one instant, at random, over so many seconds or up "
      + "to the next instant; auto for the grid that the times show",
    shown: { transforms in
      switch transforms.spread {
      case .overGrid?: "auto"
      case .over(let step)?: "\(step.seconds)"
      case nil: nil
      }
    },
    set: { (transforms, given) throws(InputError) in
      let longest = EngineRange.time.upperBound.seconds / 1e3
      transforms.spread =
        given.text == "auto"
        ? .overGrid
        : .over(Nanoseconds(seconds: try given.double(min: 0, max: longest, exclusive: true)))
    })

  /// All of them, in the order in which they are applied.
  public static let settings = [
    windowSetting, filterSetting, limitSetting, sampleSetting, promptSetting, outputSetting,
    spreadSetting,
  ]

  private static func bound(_ time: Nanoseconds) -> String {
    time == Nanoseconds.max ? "" : "\(time.seconds)"
  }

  private static func window(_ given: GivenValue) throws(InputError) -> Range<Nanoseconds> {
    let parts = given.text.components(separatedBy: "..")
    guard parts.count == 2, parts != ["", ""] else {
      throw given.mistake("\(quoted(given.text)) is no window", "give FROM..TO, such as 600..1200")
    }
    func time(_ text: String, _ open: Nanoseconds) throws(InputError) -> Nanoseconds {
      if text.isEmpty { return open }
      let longest = EngineRange.time.upperBound.seconds
      return Nanoseconds(
        seconds: try GivenValue(source: given.source, text: text).double(min: 0, max: longest))
    }
    let (from, to) = (try time(parts[0], 0), try time(parts[1], .max))
    guard from < to else { throw given.mistake("the window is empty", "give FROM below TO") }
    return from..<to
  }
}
