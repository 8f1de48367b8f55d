import Foundation
import Support
import Testing

@testable import Formats
@testable import servesim

private func script(_ words: String...) throws -> SlurmScript {
  let studies: [Command] = [.sweep(), .capacity(), .plan()]
  return try SlurmScript(Parser.parse(words, for: .slurm(studies)), studies)
}

/// A Slurm of this machine alone, with four processors and arrays of four tasks at most.
private enum Cluster {
  /// Whether its daemons are here, and may be started.
  static let isHere =
    getuid() == 0
    && ["/usr/bin/sbatch", "/usr/sbin/slurmctld", "/usr/sbin/slurmd", "/usr/sbin/munged"]
      .allSatisfy(FileManager.default.isExecutableFile)

  /// Starts it, and sees to it that it ends with the shell. The script goes on when a job can run.
  static let start = #"""
    c=$PWD/slurm; host=$(hostname -s); mkdir -p $c/state $c/spool; chmod 700 $c
    export SLURM_CONF=$c/slurm.conf
    head -c 1024 /dev/urandom > $c/key; chmod 400 $c/key
    port=$((20000 + RANDOM % 20000))
    cat > $SLURM_CONF <<EOF
    ClusterName=test
    SlurmctldHost=$host(127.0.0.1)
    SlurmUser=root
    AuthType=auth/munge
    AuthInfo=socket=$c/munge.sock
    ProctrackType=proctrack/linuxproc
    TaskPlugin=task/none
    MpiDefault=none
    ReturnToService=2
    SlurmdParameters=config_overrides
    MaxArraySize=5
    SelectType=select/cons_tres
    SelectTypeParameters=CR_CPU
    SlurmctldPort=$port
    SlurmdPort=$((port + 1))
    SlurmctldPidFile=$c/ctld.pid
    SlurmdPidFile=$c/d.pid
    SlurmctldLogFile=$c/ctld.log
    SlurmdLogFile=$c/d.log
    StateSaveLocation=$c/state
    SlurmdSpoolDir=$c/spool
    NodeName=$host NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
    PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
    EOF
    stop() {
      scancel --user=root 2> /dev/null; sleep 0.5
      # Whoever runs this may have all signals blocked, as munged then has them.
      kill $(cat $c/d.pid) $(cat $c/ctld.pid) 2> /dev/null; kill -KILL $(cat $c/munge.pid)
    }
    trap stop EXIT
    munged --force --socket=$c/munge.sock --key-file=$c/key --pid-file=$c/munge.pid \
      --log-file=$c/munge.log --seed-file=$c/seed &> $c/said
    slurmctld &> $c/said && slurmd &> $c/said
    for ((try = 0; try < 100; try++)); do
      sinfo -h -o %T 2> /dev/null | grep -q idle && break; sleep 0.1
    done
    idle() { while [ -n "$(squeue -h)" ]; do sleep 0.1; done; }
    """#
}

@Suite struct `A script for Slurm` {
  /// Each task prints the shards that it would do.
  @Test(arguments: [(1, 1000), (7, 1000), (7, 4), (10, 5), (23, 4)])
  func `has every shard done once, and no more tasks than an array may have`(
    shards: Int, most: Int
  ) throws {
    let folder = try TemporaryFolder()
    var script = SlurmScript(
      words: ["sweep", "a b.csv"], shards: shards, folder: "f", mostTasks: most)
    script.tool = "echo"
    try script.text.write(toFile: "\(folder.path)/job.sh", atomically: true, encoding: .utf8)
    let tasks = min(shards, most)
    #expect(script.text.contains("--array=1-\(tasks) "))
    let run = try Run(
      "cd '\(folder.path)'; for i in $(seq \(tasks)); do SLURM_ARRAY_TASK_ID=$i bash job.sh shard; "
        + "done; bash job.sh merge")
    #expect(run.code == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n").map(String.init)
    let expected = (1...shards).map { "sweep --shard \($0)/\(shards) --shard-folder f a b.csv" }
    #expect(lines.dropLast().sorted() == expected.sorted())
    #expect(lines.last == "merge f")
  }

  @Test func `takes what is asked for`() throws {
    let made = try script(
      "--shards=9", "--shard-folder=f", "--throttle=2", "--max-array=4",
      "--sbatch=--time=1:00:00 --mem=2G", "--", "plan", "a.csv", "--slo=ttft<1s")
    #expect(made.words == ["plan", "a.csv", "--slo=ttft<1s"])
    #expect(made.text.contains("--array=1-4%2 "))
    #expect(made.text.contains("\n#SBATCH --time=1:00:00\n#SBATCH --mem=2G\nset -euo"))
  }

  @Test(arguments: [
    ["--shard-folder=f", "--", "replay", "a.csv"], ["--shards=2", "--", "sweep", "a.csv"],
    ["--shard-folder=f", "--", "sweep", "a.csv", "--srd=1"],
    ["--shard-folder=f", "--", "sweep", "a.csv", "--shard=1/2", "--shard-folder=f"],
    ["--shard-folder=f", "--sbatch=--array=1-3", "--", "sweep", "a.csv"],
    ["--shard-folder=f", "--shards=0", "--", "sweep", "a.csv"], ["--shard-folder=f"],
  ])
  func `is refused where it could not work`(words: [String]) {
    let studies: [Command] = [.sweep(), .capacity(), .plan()]
    #expect(throws: InputError.self) {
      try SlurmScript(Parser.parse(words, for: .slurm(studies)), studies)
    }
  }

  /// Slurm is Debian's slurm-wlm, started here. The fourth shard is killed once it has a row.
  @Test(.enabled(if: Cluster.isHere, "Slurm is not here: apt-get install slurm-wlm"))
  func `has seven shards of which one is killed come to the bytes of one process`() throws {
    let folder = try TemporaryFolder()
    let command =
      "sweep t.csv --schedulers vllm,sarathi --request-rate 1,2,3,4,5,6,7,8,9,10,11,12 "
      + "--slo 'ttft.p99<1s' --output out --report report"
    let sums = "sha256sum out/* report/* printed"
    let run = try Run(
      """
      cd '\(folder.path)' && mkdir one many && \(Cluster.start)
      servesim synthesize --requests 20000 --output one/t.csv > /dev/null && cp one/t.csv many
      (cd one && servesim \(command) > printed && \(sums)) > one.sums || exit 9
      cd many
      servesim slurm --shards 7 --max-array 4 --throttle 3 --shard-folder parts -- \(command) \
        > job.sh || exit 8
      first=$(bash job.sh) || exit 7
      array=${first#shards: job }; array=${array%%,*}
      until [ "$(cat parts/shard-4-of-7.jsonl 2> /dev/null | wc -l)" -ge 2 ]; do sleep 0.02; done
      pkill -KILL --full '[s]hard 4/7'; scancel --full --signal=KILL ${array}_4; idle
      [ "$(cat parts/shard-4-of-7.jsonl | wc -l)" -ge 2 ] || exit 6
      servesim merge parts 2> error && exit 5
      grep 'of 7 shards this is not done: 4;' error || { cat error >&2; exit 4; }
      second=$(bash job.sh) || exit 3
      idle; cp slurm-${second##* }.out printed
      \(sums) > ../many.sums; cmp ../one.sums ../many.sums && echo "the same bytes"
      """)
    #expect(run.code == 0, "\(run.output) \(run.errors)")
    #expect(run.output.hasSuffix("the same bytes\n"), "\(run.output) \(run.errors)")
  }
}
