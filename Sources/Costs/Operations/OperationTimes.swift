/// How long an operation takes on a GPU: where measured tables go, beside the roofline.
public protocol OperationTimes: Sendable {
  /// The seconds of one run of `operation` on `gpu`; greater than zero.
  func seconds(_ operation: Operation, on gpu: GPU) -> Double
}
