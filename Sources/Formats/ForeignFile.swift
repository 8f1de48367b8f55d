/// Kinds of file that hold no plain text, by their first bytes, and what to do with each.
public enum ForeignFile {
  private static let kinds: [(start: [UInt8], name: String, remedy: String)] = [
    ([0x1F, 0x8B], "compressed", "unpack it with gunzip"),
    (Array("BZh".utf8), "compressed", "unpack it with bunzip2"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "compressed", "unpack it with unxz"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed", "unpack it with unzstd"),
    (
      [0x50, 0x4B, 3, 4], "a zip archive or a spreadsheet",
      "unpack it with unzip, or save the sheet as CSV"
    ),
    (
      Array("PAR1".utf8), "a Parquet file",
      "write it as CSV, as pandas.read_parquet(PATH).to_csv(PATH, index=False) does"
    ),
    (Array("ARROW1".utf8), "an Arrow file", "write it as CSV"),
    (Array("SQLite format 3".utf8), "a database", "write its table as CSV"),
    ([0xFF, 0xFE], "in UTF-16", "save it as UTF-8"),
    ([0xFE, 0xFF], "in UTF-16", "save it as UTF-8"),
    (
      Array("version https://git-lfs.".utf8), "a pointer to a file that Git LFS keeps",
      "fetch the file with git lfs pull"
    ),
  ]

  /// Refuses a file at `path` that begins with `bytes` and is of such a kind.
  public static func check(_ bytes: ArraySlice<UInt8>, at path: String) throws(InputError) {
    for kind in kinds where bytes.starts(with: kind.start) {
      throw InputError(path, problem: "the file is \(kind.name)", remedy: kind.remedy)
    }
    if bytes.dropFirst(257).starts(with: Array("ustar".utf8)) {
      throw InputError(
        path, problem: "the file is an archive of files",
        remedy: "unpack it with tar -xf, and name a file in it")
    }
    let beginning = String(decoding: bytes.prefix(64), as: UTF8.self).lowercased()
    let text = beginning.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") {
      throw InputError(
        path, problem: "the file is a web page", remedy: "download the file that the page shows")
    }
  }
}
