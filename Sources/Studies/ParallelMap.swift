import Dispatch
import Synchronization

/// Calls `body` for each of `items`, on at most `jobs` threads at a time, and returns the results
/// in the order of the items. Which thread takes which item changes no result.
///
/// - Throws: the error of the first item, in their order, that failed.
public func parallelMap<Item: Sendable, Result: Sendable, Failure: Error>(
  _ items: [Item], jobs: Int, _ body: @Sendable (Int, Item) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  precondition(jobs > 0, "work is done by at least one thread")
  let next = Mutex(0)
  let results = Mutex([Swift.Result<Result, Failure>?](repeating: nil, count: items.count))
  DispatchQueue.concurrentPerform(iterations: min(jobs, items.count)) { _ in
    while true {
      let index = next.withLock { next in
        defer { next += 1 }
        return next
      }
      guard index < items.count else { return }
      let result = Swift.Result { () throws(Failure) in try body(index, items[index]) }
      results.withLock { $0[index] = result }
    }
  }
  var values: [Result] = []
  for result in results.withLock({ $0 }) { values.append(try result!.get()) }
  return values
}
