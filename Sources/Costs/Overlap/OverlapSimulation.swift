/// One GPU that runs a pipeline's layers one after another, as a fluid: at any instant the first
/// operation of each queue runs if what it waits for is done, at a rate that follows from what runs
/// beside it.
///
/// An operation alone runs at its own speed; so do copies, which hold nothing of the GPU. Beside a
/// matrix product, or whatever has the share 0, each other operation holds its share R and runs at
/// P(R), and the product runs at the rest. Where no product runs, the shares of two operations are
/// scaled until they sum to 1. Where all that runs would move more bytes than memory allows, or
/// send more than the link does, what does so is slowed down alike.
struct OverlapSimulation {
  private let parts: [Part]
  private let dependencies: [[OverlapPipeline.Dependency]]
  private let interference: Interference
  /// Places of operations by queue.
  private let order: [[Int]]
  /// How many operations of each queue have been done.
  private var counts = SIMD4<Int>(repeating: 0)
  /// The seconds that the next operation of each queue needs alone; negative if it has not started.
  private var remaining = SIMD4<Double>(repeating: -1)
  /// How many times each operation has been done.
  private var done: [Int]
  /// Operations of the first layer that is not done, that are not done.
  private var missing: Int
  /// Layers that are done, operation by operation.
  private(set) var layers = 0
  /// The time since the start.
  private(set) var seconds = 0.0
  /// What ran until then, since the time before.
  private(set) var running: [Running] = []

  /// What matters of an operation.
  private struct Part {
    var queue: Int
    var seconds: Double
    var share: Double
    /// P(R), and whether it is that of collectives.
    var speed: Double
    var isCollective: Bool
    var isCopy: Bool
    /// Shares of the memory's and the link's peaks that it uses alone.
    var memory: Double
    var network: Double
  }

  /// An operation that runs, and its rate as a part of its speed alone.
  struct Running: Sendable, Equatable {
    var operation: Int
    var layer: Int
    var rate: Double
  }

  init(_ pipeline: OverlapPipeline, _ interference: Interference) {
    self.interference = interference
    dependencies = pipeline.dependencies
    parts = pipeline.operations.map { operation in
      let isCollective = operation.step.queue == .network && !operation.step.isElementwise
      let curve = isCollective ? interference.network : interference.memory
      let cost = operation.cost
      let perSecond = cost.seconds > 0 ? 1 / cost.seconds : 0
      return Part(
        queue: operation.queue.rawValue, seconds: cost.seconds, share: operation.share,
        speed: curve.speed(operation.share), isCollective: isCollective,
        isCopy: operation.step.isCopy,
        memory: cost.memorySeconds * perSecond, network: cost.networkSeconds * perSecond)
    }
    order = Queue.allCases.map { queue in
      pipeline.operations.indices.filter { pipeline.operations[$0].queue == queue }
    }
    done = [Int](repeating: 0, count: parts.count)
    missing = parts.count
    running.reserveCapacity(Queue.allCases.count)
  }

  /// Runs until the next operation is done; returns whether a layer was thereby done.
  mutating func step() -> Bool {
    findRunning()
    precondition(!running.isEmpty, "operations of a pipeline wait for each other")
    var step = Double.infinity
    for run in running { step = min(step, remaining[parts[run.operation].queue] / run.rate) }
    seconds += step
    let before = layers
    for run in running {
      let queue = parts[run.operation].queue
      // Those that end at the same time may differ by a rounding.
      if remaining[queue] <= step * run.rate * (1 + 1e-12) {
        finish(run.operation, in: queue)
      } else {
        remaining[queue] -= step * run.rate
      }
    }
    return layers > before
  }

  private mutating func finish(_ operation: Int, in queue: Int) {
    if done[operation] == layers { missing -= 1 }
    done[operation] += 1
    counts[queue] += 1
    remaining[queue] = -1
    while missing == 0 {
      layers += 1
      missing = done.reduce(0) { $1 <= layers ? $0 + 1 : $0 }
    }
  }

  private mutating func findRunning() {
    running.removeAll(keepingCapacity: true)
    for queue in order.indices where !order[queue].isEmpty {
      let size = order[queue].count
      let layer = counts[queue] / size
      let operation = order[queue][counts[queue] - layer * size]
      if remaining[queue] < 0 {
        guard isReady(operation, layer) else { continue }
        remaining[queue] = parts[operation].seconds
      }
      running.append(Running(operation: operation, layer: layer, rate: 1))
    }
    if running.count > 1 { share() }
  }

  private func isReady(_ operation: Int, _ layer: Int) -> Bool {
    for dependency in dependencies[operation]
    where done[dependency.operation] <= layer - dependency.layersAgo { return false }
    return true
  }

  /// Sets the rates of what runs.
  private mutating func share() {
    var sum = 0.0
    var hasProduct = false
    for run in running where !parts[run.operation].isCopy {
      sum += parts[run.operation].share
      if parts[run.operation].share == 0 { hasProduct = true }
    }
    // Without a product the others have all; beside one they leave it a trace of the GPU.
    let scale = sum == 0 ? 1 : hasProduct ? min(1, 0.99 / sum) : 1 / sum
    var (memory, network) = (0.0, 0.0)
    for index in running.indices {
      let part = parts[running[index].operation]
      let rate = rate(part, scale: scale, rest: max(1 - sum, 0.01))
      running[index].rate = rate
      memory += rate * part.memory
      network += rate * part.network
    }
    guard memory > 1 || network > 1 else { return }
    for index in running.indices {
      let part = parts[running[index].operation]
      if memory > 1 && part.memory > 0 { running[index].rate /= memory }
      if network > 1 && part.network > 0 { running[index].rate /= network }
    }
  }

  private func rate(_ part: Part, scale: Double, rest: Double) -> Double {
    if part.isCopy { return 1 }
    if part.share == 0 { return rest }
    if scale == 1 { return part.speed }
    let curve = part.isCollective ? interference.network : interference.memory
    return curve.speed(part.share * scale)
  }
}
