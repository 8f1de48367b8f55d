/// The options that replay and compare share for what they judge and what they write.
enum OutputOptions {
  /// What a request must keep to be counted as served well.
  static let objectives = Option(
    name: "--slo", placeholder: "LIMITS", standard: nil,
    help: "limits that a request must keep to count towards goodput, such as ttft=1,tbt=0.1 "
      + "(seconds)", group: "Objectives")

  /// An option for an output, which goes to a file or, as `-`, to the standard output.
  static func file(_ name: String, _ content: String) -> Option {
    Option(
      name: name, placeholder: "FILE", standard: nil,
      help: "write \(content); - is the standard output", group: "Output")
  }
}
