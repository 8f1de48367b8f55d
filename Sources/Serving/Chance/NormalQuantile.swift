/// The number that a standard normal variable is below with probability `share`.
///
/// Algorithm AS 241 (Wichura, Applied Statistics 37, 1988), good to 16 digits.
public func normalQuantile(_ share: Double) -> Double {
  precondition(share > 0 && share < 1, "a quantile belongs to a share between 0 and 1")
  let distance = share - 0.5
  if abs(distance) <= 0.425 {
    return distance * central(0.180625 - distance * distance)
  }
  let depth = (-naturalLogarithm(min(share, 1 - share))).squareRoot()
  let quantile = depth <= 5 ? tail(depth - 1.6) : farTail(depth - 5)
  return distance < 0 ? -quantile : quantile
}

/// The quotient by which the distance from the median grows to the quantile.
private func central(_ x: Double) -> Double {
  var numerator = 2509.0809287301227
  numerator = numerator * x + 33430.57558358813
  numerator = numerator * x + 67265.7709270087
  numerator = numerator * x + 45921.95393154987
  numerator = numerator * x + 13731.69376550946
  numerator = numerator * x + 1971.5909503065513
  numerator = numerator * x + 133.14166789178438
  numerator = numerator * x + 3.3871328727963665
  var denominator = 5226.495278852854
  denominator = denominator * x + 28729.085735721943
  denominator = denominator * x + 39307.89580009271
  denominator = denominator * x + 21213.794301586597
  denominator = denominator * x + 5394.196021424751
  denominator = denominator * x + 687.1870074920579
  denominator = denominator * x + 42.31333070160091
  denominator = denominator * x + 1
  return numerator / denominator
}

/// The quantile by the depth of the share in a tail.
private func tail(_ x: Double) -> Double {
  var numerator = 0.0007745450142783414
  numerator = numerator * x + 0.022723844989269184
  numerator = numerator * x + 0.2417807251774506
  numerator = numerator * x + 1.2704582524523684
  numerator = numerator * x + 3.6478483247632045
  numerator = numerator * x + 5.769497221460691
  numerator = numerator * x + 4.630337846156546
  numerator = numerator * x + 1.4234371107496835
  var denominator = 1.0507500716444169e-09
  denominator = denominator * x + 0.0005475938084995345
  denominator = denominator * x + 0.015198666563616457
  denominator = denominator * x + 0.14810397642748008
  denominator = denominator * x + 0.6897673349851
  denominator = denominator * x + 1.6763848301838038
  denominator = denominator * x + 2.053191626637759
  denominator = denominator * x + 1
  return numerator / denominator
}

/// The quantile by the depth of the share where a tail is thinnest.
private func farTail(_ x: Double) -> Double {
  var numerator = 2.0103343992922881e-07
  numerator = numerator * x + 2.7115555687434876e-05
  numerator = numerator * x + 0.0012426609473880784
  numerator = numerator * x + 0.026532189526576124
  numerator = numerator * x + 0.29656057182850487
  numerator = numerator * x + 1.7848265399172913
  numerator = numerator * x + 5.463784911164114
  numerator = numerator * x + 6.657904643501103
  var denominator = 2.0442631033899397e-15
  denominator = denominator * x + 1.421511758316446e-07
  denominator = denominator * x + 1.8463183175100548e-05
  denominator = denominator * x + 0.0007868691311456133
  denominator = denominator * x + 0.014875361290850615
  denominator = denominator * x + 0.1369298809227358
  denominator = denominator * x + 0.599832206555888
  denominator = denominator * x + 1
  return numerator / denominator
}
