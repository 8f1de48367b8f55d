import Formats
import Serving

/// The fields of a table that is a trace.
extension CSVReader {
  /// A count of `things`, for messages in the plural.
  public func count(_ column: Column, of things: String) throws(InputError) -> Int {
    do throws(NumberProblem) {
      return try DecimalNumber.tokens(bytes.span.extracting(range(of: column)))
    } catch {
      throw self.error(
        in: column, describe(error, in: column), "a whole number of at most \(Int32.max) \(things)")
    }
  }

  /// A count of tokens.
  @inline(__always)
  public func tokens(_ column: Column) throws(InputError) -> Int {
    do throws(NumberProblem) {
      return try DecimalNumber.tokens(bytes.span.extracting(range(of: column)))
    } catch {
      throw self.error(in: column, describe(error, in: column), DecimalNumber.tokensRemedy)
    }
  }

  /// A time since the start of the trace, written in seconds.
  @inline(__always)
  public func arrival(_ column: Column) throws(InputError) -> Nanoseconds {
    do throws(NumberProblem) {
      return try DecimalNumber.arrival(bytes.span.extracting(range(of: column)), places: 9)
    } catch {
      throw self.error(
        in: column, describe(error, in: column), DecimalNumber.arrivalRemedy("seconds", places: 9))
    }
  }

  /// How urgent a request is.
  public func priority(_ column: Column) throws(InputError) -> Int {
    do throws(NumberProblem) {
      return try DecimalNumber.priority(bytes.span.extracting(range(of: column)))
    } catch {
      throw self.error(in: column, describe(error, in: column), DecimalNumber.priorityRemedy)
    }
  }

  /// A hash of a text.
  @inline(__always)
  public func hash(_ column: Column) throws(InputError) -> UInt64 {
    let field = fields[column.index]
    if field.hasDoubledQuotes { return FNV1a(try text(column)).value }
    var hash = FNV1a()
    for index in field.start..<field.end { hash.combine(bytes[index]) }
    return hash.value
  }
}
