// swift-tools-version: 6.2
import PackageDescription

let servesim = Target.Dependency.product(name: "ServeSim", package: "servesim")

/// A scheduler of your own, outside servesim: copy this folder, and have the path name your clone.
let package = Package(
  name: "template",
  dependencies: [.package(name: "servesim", path: "../..")],
  targets: [
    .target(name: "Scheduling", dependencies: [servesim]),
    .executableTarget(name: "compare", dependencies: ["Scheduling", servesim]),
    .testTarget(name: "SchedulingTests", dependencies: ["Scheduling", servesim]),
  ]
)
