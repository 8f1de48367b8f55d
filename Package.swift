// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [.treatAllWarnings(as: .error)]

func library(_ name: String, needs dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String, needs dependencies: [Target.Dependency], excluding others: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies, path: "Tests/\(name)", exclude: others,
    swiftSettings: settings)
}

let package = Package(
  name: "servesim",
  targets: [
    library("Serving"),
    library("Schedulers", needs: ["Serving"]),
    .target(
      name: "Costs", dependencies: ["Serving"], exclude: ["Data"], swiftSettings: settings,
      plugins: ["EmbedData"]),
    .plugin(name: "EmbedData", capability: .buildTool(), path: "Sources/EmbedData"),
    library("Workloads", needs: ["Serving"]),
    library("Metrics", needs: ["Serving"]),
    library("Studies", needs: ["Serving", "Schedulers", "Costs", "Workloads", "Metrics"]),
    library("Reporting", needs: ["Serving", "Metrics", "Studies"]),
    .executableTarget(
      name: "servesim",
      dependencies: [
        "Serving", "Schedulers", "Costs", "Workloads", "Metrics", "Studies", "Reporting",
      ],
      swiftSettings: settings),
    tests("Serving", needs: ["Serving", "Schedulers", "Workloads"]),
    tests("Schedulers", needs: ["Serving", "Schedulers", "Workloads"]),
    tests("Costs", needs: ["Serving", "Costs"]),
    tests("Workloads", needs: ["Serving", "Workloads"]),
    tests("Metrics", needs: ["Serving", "Metrics"]),
    tests(
      "Studies",
      needs: ["Serving", "Schedulers", "Costs", "Workloads", "Metrics", "Studies", "Reporting"]),
    tests("Reporting", needs: ["Serving", "Metrics", "Studies", "Reporting"]),
    tests("servesim", needs: ["servesim", "Serving", "Schedulers", "Studies", "Reporting"]),
    tests(
      "Golden",
      needs: [
        "Serving", "Schedulers", "Costs", "Workloads", "Metrics", "Studies", "Reporting",
        "servesim",
      ],
      excluding: ["decisions"]),
    tests(
      "Fuzz", needs: ["Serving", "Schedulers", "Costs", "Workloads", "Metrics", "Studies"],
      excluding: ["corpus", "README.md", "fuzz.py", "mutate.py", "targets.py"]),
    tests("Tidy", needs: []),
  ]
)
