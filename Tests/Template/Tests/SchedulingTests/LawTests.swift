import Scheduling
import Studies
import Testing

@Test func `the scheduler keeps the laws of all schedulers`() throws {
  let laws = try SchedulerLaws(of: LastComeFirst.entry)
  #expect(laws.violations == [])
  #expect(laws.preemptions > 0, "memory was short")
}
