import Costs
import Synchronization

/// The models and GPUs that a command has been given, each read once: a pipe cannot be read again,
/// and a file may change while the command works.
final class DescribedFiles: Sendable {
  private let models = Mutex<[String: Result<Model, any Error>]>([:])
  private let gpus = Mutex<[String: Result<GPU, any Error>]>([:])

  /// The model that `given` names or that the file at its path describes.
  func model(_ given: GivenValue) throws -> Model {
    try models.withLock { known in
      let result = known[given.text] ?? Result { try Models.described(by: given) }
      known[given.text] = result
      return try result.get()
    }
  }

  /// The GPU that `given` names or that the file at its path describes.
  func gpu(_ given: GivenValue) throws -> GPU {
    try gpus.withLock { known in
      let result = known[given.text] ?? Result { try GPUs.described(by: given) }
      known[given.text] = result
      return try result.get()
    }
  }
}
