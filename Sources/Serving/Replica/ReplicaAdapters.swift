/// LoRA adapters, of which only so many are used at once.
extension Replica {
  /// The adapters of those that run, where their number is limited.
  var runningAdapters: Set<Int>? {
    if rules.limits.maxLoras == nil { return nil }
    return Set(running.all.lazy.map(adapter).filter { $0 > 0 })
  }

  /// Whether `id`, which waits, may be served beside those with `adapters`; adds its own to them.
  ///
  /// One that is then held up by something else ends an admission, so that its own does not matter.
  func takeAdapter(of id: SequenceID, _ adapters: inout Set<Int>) -> Bool {
    let own = adapter(of: id)
    guard own > 0, !adapters.contains(own) else { return true }
    guard let most = rules.limits.maxLoras, adapters.count < most else { return false }
    adapters.insert(own)
    return true
  }
}
