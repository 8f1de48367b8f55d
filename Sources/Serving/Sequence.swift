/// A request while a replica serves it: what a scheduler holds instead of the request.
///
/// It says nothing of how long the answer will be.
public struct SequenceID: Hashable, Sendable {
  let slot: Int32

  init(slot: Int) { self.slot = Int32(slot) }
}
