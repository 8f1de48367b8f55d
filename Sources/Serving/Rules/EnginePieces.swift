/// The pieces in which engines differ, by name.
extension EngineRules {
  /// How many blocks an admission takes.
  public enum Reservation: Sendable {
    /// Blocks for the longest sequence there can be; decoding takes none.
    case maxModelLen
    /// Blocks for the request's own prompt and answer; decoding takes none.
    case ownLength
    /// Blocks for the request's own prompt and the next power of two above its answer; likewise.
    case powerOfTwo
    /// Blocks for the whole prompt; decoding takes one at a time.
    case prompt
    /// Blocks for the first chunk; later chunks and decoding take theirs.
    case chunk
  }

  /// What must hold for a sequence to decode.
  public enum DecodeGate: Sendable {
    /// Nothing: its blocks were reserved.
    case open
    /// Some block is free, whether the sequence needs it or not.
    case anyFreeBlock
    /// A block is free if the sequence needs one.
    case neededBlock
  }

  /// What the engine does at the model's length.
  public enum LengthLimit: Sendable {
    /// Nothing; only prompts are held against it.
    case promptsOnly
    /// It stops an answer when prompt and answer have reached the limit.
    case reached
    /// It stops an answer when prompt and answer have passed the limit.
    case exceeded
    /// It cuts what a request may ask for, so that prompt and answer stay two tokens below the
    /// limit and, with a block to spare, below what memory holds (SGLang).
    case requestCut
  }

  /// Whose cache is taken when nothing at all can run.
  public enum Reset: Sendable {
    /// The last sequence's that holds one.
    case last
    /// Every sequence's.
    case all
    /// None is taken: the engine hangs.
    case none
  }

  /// Who goes first, and who loses its cache first.
  public enum Order: Sendable {
    /// Who came first.
    case arrival
    /// Who has the smaller priority, then who came first: the queue is kept in that order, and the
    /// last of it that runs loses its cache first (vLLM V1).
    case priority
    /// By priority too, but queue and running sequences are put in that order only when no prompt
    /// could be admitted (vLLM V0).
    case priorityWhenFull
  }

  /// What must be free for an admission, beyond the blocks that it takes at once.
  public enum Admission: Sendable {
    /// Nothing.
    case whatItTakes
    /// Blocks for all known tokens of the sequence, so that its prompt cannot run out of memory
    /// at once.
    case wholePrompt
    /// Blocks for one request of average length at the time when those running will hold the most,
    /// if they are of average length too.
    case predictedPeak
  }

  /// Tokens of a prompt and of its answer, on average.
  public struct Lengths: Sendable, Equatable {
    /// Zero for the average of what is served of the trace, rounded down.
    public var prompt = 0
    public var answer = 0

    public init() {}
  }

  /// These rules with the average lengths of `requests` where they ask for them: of those that are
  /// served, as far as the length limit lets their answers come.
  public func withAverageLengths(of requests: [Request]) -> EngineRules {
    let served = memory.admission == .predictedPeak ? requests.filter(canServe) : []
    if served.isEmpty { return self }
    var rules = self
    func average(_ tokens: (Request) -> Int) -> Int {
      max(1, served.reduce(0) { $0 + tokens($1) } / served.count)
    }
    if memory.averageLengths.prompt == 0 {
      rules.memory.averageLengths.prompt = average { $0.promptTokens }
    }
    if memory.averageLengths.answer == 0 {
      rules.memory.averageLengths.answer = average(emittedTokens)
    }
    return rules
  }
}

/// Chunk sizes that fall as a prompt gets on: sarathi-serve's dynamic chunking.
public struct ChunkSchedule: Sendable, Equatable {
  /// Stages, each for an equal part of `maxTokens` of a prompt; no schedule if zero.
  public var stages = 0
  public var maxTokens = 4096
  /// Tokens of a chunk in the first stage, and in the last; in the only one there is, `low`.
  public var high = 512
  public var low = 128

  public init() {}

  /// Tokens of a chunk after `processed` tokens of the prompt, at least 1: between high and low in
  /// even steps, cut to whole tokens and rounded to multiples of 32, or of `low` if that is less,
  /// as NumPy's `linspace` and `round` do. What lies beyond `maxTokens` has the last stage's.
  public func chunk(after processed: Int) -> Int {
    precondition(stages > 0, "there is a schedule")
    let stage = min(processed / ((maxTokens + stages - 1) / stages), stages - 1)
    // Stages are counted from the last one, which is low.
    let place = stages - 1 - stage
    let step = Double(high - low) / Double(max(1, stages - 1))
    let even =
      place > 0 && stage == 0 ? high : Int((Double(low) + Double(place) * step).rounded(.down))
    let multiple = min(32, low)
    return max(1, Int((Double(even) / Double(multiple)).rounded(.toNearestOrEven)) * multiple)
  }
}
