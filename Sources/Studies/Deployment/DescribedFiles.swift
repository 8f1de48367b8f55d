import Costs
import Formats
import Synchronization

/// The models and GPUs that a command has been given, each read once: a pipe cannot be read again,
/// and a file may change while the command works.
///
/// With them, what batches are known to cost by them.
public final class DescribedFiles: Sendable {
  private let models = Mutex<[String: Result<Model, InputError>]>([:])
  private let gpus = Mutex<[String: Result<GPU, InputError>]>([:])

  let costs = KnownCosts()

  public init() {}

  /// The model that `given` names or that the file at its path describes.
  public func model(_ given: GivenValue) throws(InputError) -> Model {
    try models.withLock { known throws(InputError) in
      let result =
        known[given.text] ?? Result { () throws(InputError) in try Models.described(by: given) }
      known[given.text] = result
      return try result.get()
    }
  }

  /// The GPU that `given` names or that the file at its path describes.
  public func gpu(_ given: GivenValue) throws(InputError) -> GPU {
    try gpus.withLock { known throws(InputError) in
      let result =
        known[given.text] ?? Result { () throws(InputError) in try GPUs.described(by: given) }
      known[given.text] = result
      return try result.get()
    }
  }
}
