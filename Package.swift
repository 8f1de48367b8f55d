// swift-tools-version: 6.2
import PackageDescription

/// What is shipped is what is tested: one build serves both, and testability costs no instructions.
/// It has no debug information, which takes a twentieth of the build.
let settings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enable-testing", "-gnone"], .when(configuration: .release)),
]

/// What everything may import, and what stands on it side by side.
let basics: [Target.Dependency] = ["Formats", "Serving"]
let parts: [Target.Dependency] = ["Schedulers", "Control", "Costs", "Workloads", "Metrics"]

func library(_ name: String, needs dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Tests that do little work themselves are soon built where only the sources are optimized.
let plain = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

/// The tests in the folder of their layer.
func tests(
  _ name: String, in folder: String? = nil, needs dependencies: [Target.Dependency] = [],
  excluding others: [String] = [], with swiftSettings: [SwiftSetting] = settings
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: basics + ["Support"] + dependencies,
    path: "Tests/\(folder ?? name)", exclude: others, swiftSettings: swiftSettings)
}

/// The tests of the parts of a target, each by itself.
func units(_ target: String, needs dependencies: [Target.Dependency] = []) -> Target {
  tests(
    target, in: "Units/\(target)",
    needs: dependencies
      + (["Formats", "Serving", "Support"].contains(target) ? [] : [.init(stringLiteral: target)]),
    with: plain)
}

let package = Package(
  name: "servesim",
  products: [
    .library(name: "Serving", targets: ["Serving"]),
    .library(
      name: "ServeSim",
      targets: [
        "Formats", "Serving", "Schedulers", "Control", "Costs", "Workloads", "Metrics", "Studies",
        "Reporting",
      ]),
    .executable(name: "servesim", targets: ["servesim"]),
  ],
  targets: [
    library("Formats"),
    library("Serving"),
    library("Schedulers", needs: basics),
    library("Control", needs: basics),
    .target(
      name: "Costs", dependencies: basics, exclude: ["Data"], swiftSettings: settings,
      plugins: ["EmbedData"]),
    .plugin(name: "EmbedData", capability: .buildTool(), path: "Sources/EmbedData"),
    library("Workloads", needs: basics),
    library("Metrics", needs: basics),
    library("Studies", needs: basics + parts),
    library("Reporting", needs: basics + ["Metrics", "Studies"]),
    library("Reproductions", needs: basics + parts + ["Studies"]),
    .executableTarget(
      name: "servesim",
      dependencies: basics + parts + ["Studies", "Reporting", "Reproductions"],
      swiftSettings: settings),
    .target(
      name: "Support", dependencies: basics + ["Costs"], path: "Tests/Support",
      swiftSettings: settings),
    units("Support"),
    units("Formats"),
    units("Serving", needs: ["Schedulers"]),
    units("Schedulers"),
    units("Control"),
    units("Costs"),
    units("Workloads"),
    units("Metrics"),
    units("Studies", needs: parts + ["Reporting"]),
    units("Reporting", needs: ["Metrics", "Studies"]),
    units("Reproductions", needs: parts + ["Studies"]),
    units("servesim", needs: parts + ["Studies", "Reporting", "Reproductions"]),
    tests("Laws", needs: parts + ["Studies"]),
    tests("Theory", needs: parts + ["Studies"], with: plain),
    tests(
      "Golden", needs: parts + ["Studies", "Reporting", "Reproductions", "servesim"],
      excluding: ["decisions", "help", "tables"], with: plain),
    tests(
      "Fuzz", needs: parts + ["Studies"],
      excluding: ["corpus", "README.md", "fuzz.py", "mutate.py", "targets.py"]),
    .testTarget(
      name: "OutsideTests", dependencies: basics + parts + ["Studies", "Reporting"],
      path: "Tests/Outside", swiftSettings: plain),
    tests("Tidy", with: plain),
  ]
)
