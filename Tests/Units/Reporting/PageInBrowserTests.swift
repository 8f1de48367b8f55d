import Foundation
import Testing

@testable import Reporting

/// Where Chromium is, if it is.
private let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  .first(where: FileManager.default.isExecutableFile)

/// What `script`, which returns text, finds in the page when it has been loaded by Chromium.
private func result(of script: String, in page: String, width: Int = 1200) throws -> String {
  let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "servesim-\(UUID())")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let file = folder.appending(path: "index.html")
  let driver = """
    <script>addEventListener("load", () => {
    const found = document.createElement("pre");
    found.id = "found";
    try {
      found.textContent = (() => { \(script) })();
    } catch (error) {
      found.textContent = error;
    }
    document.body.append(found);
    });</script>
    """
  try (page + driver).write(to: file, atomically: false, encoding: .utf8)
  let process = Process()
  process.executableURL = URL(filePath: chromium ?? "")
  process.arguments = [
    "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000",
    "--window-size=\(width),3000", "--user-data-dir=\(folder.path)/profile", "--dump-dom",
    file.absoluteString,
  ]
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  try process.run()
  let dump = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  let start = try #require(dump.range(of: "<pre id=\"found\">"), "the page was loaded")
  let rest = dump[start.upperBound...]
  return String(rest[..<(rest.range(of: "</pre>")?.lowerBound ?? rest.endIndex)])
}

@Suite(.enabled(if: chromium != nil, "needs Chromium"), .serialized)
struct `The page in a browser` {
  @Test func `a point tells its values, and a hidden line does not`() throws {
    let script = """
      const svg = document.querySelector("figure svg"), box = svg.getBoundingClientRect();
      const tip = document.getElementById("tip"), says = [];
      const point = () => {
        const at = {clientX: box.left + box.width * 0.45, clientY: box.top + box.height * 0.3};
        svg.dispatchEvent(new PointerEvent("pointermove", {...at, bubbles: true}));
        says.push(tip.hidden ? "nothing" : tip.firstChild.textContent);
      };
      const name = index => svg.querySelector(`[data-toggle="${index}"]`);
      const click = index => name(index).dispatchEvent(new MouseEvent("click", {bubbles: true}));
      point();
      const values = tip.textContent;
      click(0); click(1); point(); click(1); point();
      says.push(getComputedStyle(svg.querySelector('[data-part="0"]')).display);
      says.push(getComputedStyle(svg.querySelector('[data-part="1"]')).display !== "none");
      svg.dispatchEvent(new PointerEvent("pointerleave"));
      says.push(tip.hidden);
      return says.join("|") + "|" + values;
      """
    let found = try result(of: script, in: try #require(sampleReport().files["index.html"]))
      .components(separatedBy: "|")
    #expect(["slow:&lt;x&gt;=1", "fast"].contains(found[0]))
    #expect(found[1...5] == ["nothing", "fast", "none", "true", "true"])
    #expect(found[6].contains("Time to first token: ") && found[6].contains(" ms"))
    #expect(found[6].contains("Share of requests at most this long: "))
  }

  @Test(arguments: [390, 1280])
  func `the answer, its figures and its picture come first, and nothing is too wide`(
    width: Int
  ) throws {
    // A window of Chromium is 500 pixels wide at least, its body may be less.
    let script = """
      document.body.style.width = "\(width)px";
      const top = name => document.querySelector(name).getBoundingClientRect().top;
      const tops = ["h1", ".answer", ".headline", "figure", "table", ".facts"].map(top);
      const shown = [...document.querySelectorAll("figure>div>svg")].filter(svg =>
        getComputedStyle(svg.parentElement).display !== "none");
      const scales = shown.map(svg =>
        svg.getBoundingClientRect().width / svg.viewBox.baseVal.width);
      const main = document.querySelector("main");
      return [main.offsetWidth <= \(width) && main.scrollWidth <= main.offsetWidth,
        tops.every((y, i) => i === 0 || y > tops[i - 1]), top(".headline b") < 700,
        shown.length, Math.min(...scales) * 12 >= 9].join("|");
      """
    let page = try #require(sampleReport().files["index.html"])
    let found = try result(of: script, in: page, width: width)
    #expect(found == "true|true|true|\(RunsReport.figureFiles.count)|true")
  }

  @Test func `a bar tells its parts, and closes up where one is hidden`() throws {
    let script = """
      const svg = document.querySelectorAll("figure")[2].querySelector("svg");
      const tip = document.getElementById("tip"), part = svg.querySelector('[data-part="4"] rect');
      const before = part.getBoundingClientRect();
      part.dispatchEvent(new PointerEvent("pointermove", {bubbles: true}));
      const said = tip.textContent;
      svg.querySelector('[data-toggle="0"]').dispatchEvent(
        new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
      const moved = part.getBoundingClientRect().left - before.left;
      return [said, moved < -10, svg.querySelector("[data-end] text").textContent].join("|");
      """
    let found = try result(of: script, in: try #require(sampleReport().files["index.html"]))
    #expect(found == "slow:&lt;x&gt;=1decode: 5.00 ms, 2.1 %|true|8 ms")
  }

  @Test func `a table sorts both ways by a click on a heading`() throws {
    let script = """
      const table = document.querySelector("table"), heads = [...table.tHead.rows[0].cells];
      const names = () => [...table.tBodies[0].rows].map(row => row.cells[0].textContent).join();
      const ttft = heads.find(head => head.textContent.includes("TTFT"));
      const before = names();
      ttft.click();
      const up = names(), sort = ttft.getAttribute("aria-sort");
      ttft.click();
      return [before, up, sort, names()].join("|");
      """
    let found = try result(of: script, in: try #require(sampleReport().files["index.html"]))
    let slow = "slow:&lt;x&gt;=1"
    #expect(found == "\(slow),fast|fast,\(slow)|ascending|\(slow),fast")
  }
}
