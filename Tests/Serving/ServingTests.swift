import Testing

@Test func `a clock reads whole nanoseconds`() {
  #expect(1 == 1)
}
