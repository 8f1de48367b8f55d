import Serving

/// A rate that goes from one factor to another, and stays there.
struct RampCourse: RateCourse {
  var from: Double
  var to: Double
  /// How long it goes.
  var seconds: Double
  /// Whether it grows by equal factors, and not by equal steps.
  var isExponential: Bool

  func started(rate: Double, seed: UInt64) -> any RateClock {
    let steps = 1000
    var step = 0
    return StretchClock {
      defer { step += 1 }
      guard step < steps else { return (.infinity, to) }
      let share = (Double(step) + 0.5) / Double(steps)
      let factor =
        isExponential
        ? from * naturalPower(share * naturalLogarithm(to / from)) : from + (to - from) * share
      return (seconds / Double(steps), factor)
    }
  }
}

/// A rate that rises and falls as a sine, from its least at the start, with the mean 1.
struct DiurnalCourse: RateCourse {
  /// From one peak to the next.
  var period: Double
  /// The rate at its peak over that at its least.
  var peakToTrough: Double

  func started(rate: Double, seed: UInt64) -> any RateClock {
    let steps = 288
    let amplitude = (peakToTrough - 1) / (peakToTrough + 1)
    var step = 0
    return StretchClock {
      defer { step += 1 }
      let turn = (Double(step % steps) + 0.5) / Double(steps)
      return (period / Double(steps), 1 - amplitude * cosine(ofTurn: turn))
    }
  }
}

/// A rate that is higher again and again, for a while, with the mean 1.
struct SpikesCourse: RateCourse {
  /// From the start of a spike to that of the next; the first begins after the time between two.
  var every: Double
  /// How long a spike lasts.
  var seconds: Double
  /// The rate in it over that between two.
  var times: Double

  func started(rate: Double, seed: UInt64) -> any RateClock {
    let base = every / (every + (times - 1) * seconds)
    var isSpike = true
    return StretchClock {
      isSpike.toggle()
      return isSpike ? (seconds, base * times) : (every - seconds, base)
    }
  }
}

/// A rate that jumps between two, each kept for an exponential time, with the mean 1: with
/// exponential gaps, a Markov-modulated Poisson process.
struct MarkovCourse: RateCourse {
  /// The higher rate over the lower.
  var times: Double
  /// The share of time with the higher rate.
  var share: Double
  /// How long the higher rate is kept, on average.
  var seconds: Double

  func started(rate: Double, seed: UInt64) -> any RateClock {
    var states = RandomStream(seed: seed, named: "arrival rate")
    let low = 1 / (1 + (times - 1) * share)
    // The first state is one that was met at any time.
    var isHigh = states.uniform() >= share
    return StretchClock {
      isHigh.toggle()
      let mean = isHigh ? seconds : seconds * (1 - share) / share
      return (states.exponential() * mean, isHigh ? low * times : low)
    }
  }
}

/// A rate that each arrival raises, by what then decays: with exponential gaps, a Hawkes process
/// (Biometrika 58, 1971), with the mean 1.
struct SelfExcitingCourse: RateCourse {
  /// Arrivals that each brings about, on average; below 1.
  var branching: Double
  /// The time in which what an arrival adds falls to 1/e.
  var seconds: Double

  func started(rate: Double, seed: UInt64) -> any RateClock {
    Clock(base: 1 - branching, jump: branching / seconds / rate, excess: branching, decay: seconds)
  }

  private struct Clock: RateClock {
    /// The factor without arrivals, and what each adds to it.
    let base: Double
    let jump: Double
    /// What past arrivals add now; at the start, what they do on average.
    var excess: Double
    let decay: Double
    var now = 0.0

    mutating func time(after work: Double) -> Double {
      // base t + excess decay (1 - exp(-t / decay)) grows with t and bends down, so that Newton's
      // steps from the left stay left.
      var wait = 0.0
      for _ in 0..<60 {
        let rest = naturalPower(-wait / decay)
        let step = (work - base * wait - excess * decay * (1 - rest)) / (base + excess * rest)
        wait += step
        if step <= wait * 1e-15 { break }
      }
      now += wait
      excess = excess * naturalPower(-wait / decay) + jump
      return now
    }
  }
}

/// The cosine of `turn` full turns, from 0 to 1, from operations that are rounded alike on every
/// machine.
func cosine(ofTurn turn: Double) -> Double {
  let folded = turn > 0.5 ? 1 - turn : turn
  // An angle of at most a quarter turn on either side of a zero of the cosine.
  let angle = (0.25 - folded) * 6.283185307179586
  let square = angle * angle
  var sum = 1.0
  for power in stride(from: 20.0, through: 2, by: -2) {
    sum = 1 - sum * square / (power * (power + 1))
  }
  return angle * sum
}
