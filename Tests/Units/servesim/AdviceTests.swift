import Foundation
import Support
import Testing

private let trace = Repository.path("Traces/chat.csv")

/// What a closing sentence advises is typed behind the same command line.
@Suite struct `Advice of a closing sentence` {
  @Test(arguments: [
    "compare", "compare --arrivals poisson", "compare --request-rate 5 --slo 'ttft.p99<2s'",
    "capacity --slo 'ttft.p99<2s'", "capacity --slo 'ttft.p99<2s' --arrivals poisson --seeds 1",
  ])
  func `is taken as it is printed`(words: String) throws {
    let command = "servesim \(words) '\(trace)' --schedulers vllm,orca --limit 30"
    let run = try Run(command)
    #expect(run.code == 0, "\(run.errors)")
    let advice = try #require(
      run.output.firstMatch(of: #/(add|give) (--.*?) to see/#), "\(run.output)")
    let rest = advice.1 == "give" ? command.replacing("--seeds 1", with: "") : command
    let again = try Run("\(rest) \(advice.2)")
    #expect(again.code == 0, "\(again.errors)")
    #expect(!again.output.contains(" to see how much"), "it is followed")
  }

  @Test(arguments: [
    "compare --clients 3", "compare --clients 3 --slo 'ttft<2s'",
    "compare --seeds 2 --arrivals poisson",
  ])
  func `is not given where nothing would follow from it`(words: String) throws {
    let run = try Run("servesim \(words) '\(trace)' --schedulers vllm,orca --limit 30")
    #expect(run.code == 0)
    #expect(!run.output.contains(#/ --[a-z]/#), "no option is named")
  }

  /// All at once there is no rate to draw arrivals at.
  @Test func `is not given for a trace without times, whose arrivals capacity draws`() throws {
    let rows = "printf 'arrival_s,prompt_tokens,output_tokens\\n0,9,5\\n0,9,5\\n' > $T/t.csv"
    let folder = "T=$(mktemp -d); trap 'rm -r $T' EXIT; \(rows)"
    let compared = try Run("\(folder); servesim compare $T/t.csv --schedulers vllm,orca")
    #expect(compared.code == 0 && !compared.output.contains(" to see how much"))
    let found = try Run(
      "\(folder); servesim capacity $T/t.csv --schedulers vllm --slo 'ttft.p99<2s' --csv $T/c.csv "
        + "&& cat $T/c.csv")
    #expect(found.output.contains("poisson arrivals, 5 seeds"))
    #expect(found.output.contains(",2,poisson,searched,0 to 4"), "the settings are in the data")
  }
}

/// A client that thinks for 11 days after each answer needs more than the clock has.
@Suite struct `A run that passes the end of the clock` {
  @Test(arguments: ["compare", "sweep"])
  func `is told, and the exit status says so`(command: String) throws {
    let run = try Run(
      """
      T=$(mktemp -d); trap 'rm -r $T' EXIT
      (echo arrival_s,prompt_tokens,output_tokens; yes 0,1,1 | head -n 4100) > $T/t.csv
      servesim \(command) $T/t.csv --schedulers vllm,orca --clients 1 --think-time 1000000
      """)
    #expect(run.code == 1)
    #expect(run.errors.hasPrefix("servesim: 2 of 2 "))
    #expect(run.errors.contains("end of the clock"))
    #expect(run.errors.count { $0.isNewline } == 1)
  }
}
