import Formats
import Serving

/// How logs of what a real engine decided name it, and what they say of its settings.
public struct EngineLog: Sendable {
  /// The engine's name in the header.
  public let name: String
  /// Options with which ours decides as it does, as they stand behind the scheduler's name.
  public let options: String
  /// Options of defects that it has at the commit that its logs are of.
  public let defects: String
  /// The keys that its `config` may have.
  public let keys: [String]
  /// Whether it cuts prompts, where that is what tells it from another.
  public let chunksPrompts: Bool?
  /// Keys that are options of the scheduler, with underscores.
  public let optionKeys: [String]
  /// Whether it has `num_tokens` in pages of `page_size`, compares prompts token by token, and has
  /// the larger priority go first: SGLang's.
  public let isPaged: Bool
  /// Who goes first where its `policy` is priority.
  public let priority: EngineRules.Order
  /// What it has else than our rules, at the commit that its logs are of.
  public let change: @Sendable (inout EngineRules) -> Void

  /// - Parameters:
  ///   - own: the keys that other engines do not have.
  ///   - limits: the keys of its caps on sequences, lengths and stages.
  ///   - memory: the keys of its memory.
  ///   - optionKeys: the keys that are options of ours.
  public init(
    _ name: String, _ own: [String] = [], options: String = "", defects: String = "",
    limits: [String] = ["max_num_seqs", "max_model_len", "pp"],
    memory: [String] = ["block_size", "num_blocks"], optionKeys: [String] = [],
    chunksPrompts: Bool? = nil,
    priority: EngineRules.Order = .priority,
    change: @escaping @Sendable (inout EngineRules) -> Void = { _ in }
  ) {
    self.name = name
    self.options = options
    self.defects = defects
    keys = memory + limits + own + optionKeys
    self.optionKeys = optionKeys
    isPaged = memory.contains("page_size")
    self.chunksPrompts = chunksPrompts
    self.priority = priority
    self.change = change
  }
}

extension Setting {
  /// What logs call it.
  var logKey: String { name.replacing("-", with: "_") }
}
