import Costs
import Formats

extension Models {
  /// The built-in model that the Hugging Face name `stated` is one of: by its repository, or by the
  /// last part of its name without what only says how it was tuned or quantised.
  static func stated(_ stated: String) -> String? {
    if names.contains(stated) { return stated }
    let text = stated.lowercased()
    if let model = all.first(where: { $0.source.lowercased() == text }) { return model.name }
    var name = text.split(separator: "/").last.map(String.init) ?? text
    for suffix in ["-nvfp4", "-fp8", "-instruct", "-hf", "-0528"] where name.hasSuffix(suffix) {
      name.removeLast(suffix.count)
    }
    if ["deepseek-r1", "deepseek-v3.1"].contains(name) { return "deepseek-v3" }
    return names.contains(name) ? name : nil
  }
}
