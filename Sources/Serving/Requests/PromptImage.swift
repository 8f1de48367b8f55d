/// An image in a prompt.
public struct PromptImage: Sendable, Equatable {
  /// Where its tokens begin in the prompt, and how many they are.
  public var offset: Int
  public var tokens: Int
  /// Equal names are equal images.
  public var name: String

  public init(offset: Int, tokens: Int, name: String) {
    self.offset = offset
    self.tokens = tokens
    self.name = name
  }

  /// Where the prompt goes on behind it.
  var end: Int { offset + tokens }
}
