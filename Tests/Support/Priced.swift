import Costs
import Serving

/// The built-in GPU called `name`, which is read once for all tests.
public func gpu(_ name: String) throws -> GPU {
  guard let place = GPUs.names.firstIndex(of: name) else { return try GPUs.named(name) }
  return GPUs.all[place]
}

/// A batch of `decodes` with `context` cached tokens each, and of prompts.
public func batch(
  decodes: Int = 0, context: Int = 0, chunks: [(tokens: Int, context: Int)] = []
) -> Batch {
  Batch(
    decodes: decodes, decodeContext: decodes * context,
    decodeContextSquares: decodes * context * context,
    chunks: chunks.map {
      Chunk(sequence: SequenceID(0), tokens: $0.tokens, context: $0.context)
    })
}
