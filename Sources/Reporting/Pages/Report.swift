import Metrics
import Serving

/// A study as a folder that can be handed on: the question, the answer, tables, pictures, and how
/// to get the same again.
public struct Report: Sendable, Equatable {
  /// A picture in a file of its own.
  public struct Figure: Sendable, Equatable {
    /// What is drawn.
    public enum Picture: Sendable, Equatable {
      case lines(Chart)
      case bars(BarChart)
    }

    /// The file's name, without the folder.
    public var file: String
    /// What to see in it, in a sentence or two; may be empty.
    public var caption: String
    public var picture: Picture

    public init(_ file: String, caption: String = "", _ picture: Picture) {
      self.file = file
      self.caption = caption
      self.picture = picture
    }

    /// The heading of the picture.
    public var title: String {
      switch picture {
      case .lines(let chart): chart.title
      case .bars(let chart): chart.title
      }
    }

    /// The picture as a file of its own.
    public var svg: String {
      switch picture {
      case .lines(let chart): chart.svg()
      case .bars(let chart): chart.svg()
      }
    }
  }

  /// A table under a heading, with what is to be said of it.
  public struct Section: Sendable, Equatable {
    public var heading: String
    public var table: Table
    /// May be empty.
    public var note: String
    /// Sentences below it, one a line.
    public var points: [String]

    public init(_ heading: String, _ table: Table, note: String = "", points: [String] = []) {
      self.points = points
      self.heading = heading
      self.table = table
      self.note = note
    }
  }

  /// A name and what it means, in a sentence.
  public struct Term: Sendable, Equatable {
    public var name: String
    public var meaning: String

    public init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// Where it all comes from.
  public struct Source: Sendable, Equatable {
    /// The command that makes the report again, ready to be pasted into a shell.
    public var command: String
    /// The path of the trace, and the SHA-256 of its bytes in hexadecimal digits.
    public var trace: String
    public var checksum: String
    public var seed: UInt64
    /// The version of the tool.
    public var version: String

    public init(command: String, trace: String, checksum: String, seed: UInt64, version: String) {
      self.command = command
      self.trace = trace
      self.checksum = checksum
      self.seed = seed
      self.version = version
    }
  }

  /// What was asked, and what is the case, in one sentence each.
  public var question: String
  public var answer: String
  /// What else is to be said first, in sentences.
  public var remarks: [String]
  public var sections: [Section]
  public var figures: [Figure]
  /// Names and what they mean.
  public var definitions: [Term]
  public var settings: [Run.Setting]
  public var source: Source
  /// All figures as comma-separated values.
  public var data: String
  /// Files to go on with, by name.
  public var attachments: [String: String] = [:]

  /// The picture to see first: one that shows what was promised, if there is one.
  var lead: Figure? {
    figures.first { figure in
      guard case .lines(let chart) = figure.picture else { return false }
      return !chart.limits.isEmpty || !chart.levels.isEmpty
    } ?? figures.first
  }

  /// The names of all files of a report with `figures`, and attachments if any.
  public static func fileNames(figures: [String]) -> [String] {
    ["README.md", "data.csv", "index.html"] + figures
  }

  /// The text of every file, by name.
  public var files: [String: String] {
    var files = [
      "README.md": ReportReadme.text(self), "data.csv": data, "index.html": ReportPage.html(self),
    ]
    for figure in figures { files[figure.file] = figure.svg }
    return files.merging(attachments) { own, _ in own }
  }
}
