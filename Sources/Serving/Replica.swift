/// One copy of the model with its queue, its cache and its running sequences.
public struct Replica: Sendable {}
