/// How charts look: the colours of Okabe and Ito, which colour-blind readers tell apart, on light
/// or dark paper.
enum ChartStyle {
  /// Lines that have a colour of their own; the next ones have the same colours, dashed.
  static let colours = 7

  /// The class of the `index`th line.
  static func lineClass(_ index: Int) -> String {
    index < colours ? "line c\(index)" : "line c\(index % colours) dashed"
  }

  /// The class of the points of the `index`th cloud; after the colours, points are squares.
  static func cloudClass(_ index: Int) -> String {
    index < colours ? "dots c\(index)" : "dots c\(index % colours) square"
  }

  static let sheet = """
    <style>
    text{font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif;\
    font-size:12px;fill:#24292f}
    .title{font-size:16px;font-weight:600}
    .muted{fill:#57606a}
    .paper{fill:#ffffff}
    .grid{stroke:#d8dee4;stroke-width:1}
    .axis{stroke:#57606a;stroke-width:1}
    .line{fill:none;stroke-width:2;stroke-linejoin:round}
    .dashed{stroke-dasharray:6 3}
    .limit{fill:none;stroke:#24292f;stroke-width:1.5;stroke-dasharray:5 4}
    .ring{fill:none;stroke:#24292f;stroke-width:1.5}
    .c0{stroke:#0072b2}.c1{stroke:#d55e00}.c2{stroke:#009e73}.c3{stroke:#cc79a7}
    .c4{stroke:#e69f00}.c5{stroke:#56b4e9}.c6{stroke:#24292f}
    @media (prefers-color-scheme:dark){
    text{fill:#e6edf3}.muted{fill:#9198a1}.paper{fill:#0d1117}
    .grid{stroke:#30363d}.axis{stroke:#9198a1}.limit,.ring{stroke:#e6edf3}
    .c0{stroke:#2f8fd0}.c6{stroke:#e6edf3}
    }
    </style>

    """

  /// What charts with points or guides need besides.
  static let cloudSheet = """
    <style>
    .guide{stroke:#57606a;stroke-width:1}
    .dots{fill:none;stroke-width:4.5;stroke-linecap:round;stroke-opacity:.5}
    .square{stroke-linecap:square;stroke-width:3.5}
    .mark{fill:#ffffff}
    .swatch{stroke-opacity:1;stroke-width:8}
    .halo{paint-order:stroke;stroke:#ffffff;stroke-width:4;stroke-linejoin:round}
    @media (prefers-color-scheme:dark){
    .halo{stroke:#0d1117}.mark{fill:#0d1117}.guide{stroke:#9198a1}
    }
    </style>

    """

  /// What charts of bars need besides.
  static let barSheet = """
    <style>
    .bar{stroke:#ffffff;stroke-width:1}.cut{stroke:#ffffff;stroke-width:3}
    .f0{fill:#0072b2}.f1{fill:#d55e00}.f2{fill:#009e73}.f3{fill:#cc79a7}
    .f4{fill:#e69f00}.f5{fill:#56b4e9}.f6{fill:#57606a}
    .on{fill:#ffffff;font-size:11px}.on3,.on4,.on5{fill:#1b1f24}
    .panel{font-weight:600}
    @media (prefers-color-scheme:dark){
    .bar,.cut{stroke:#0d1117}.f0{fill:#2f8fd0}.f6{fill:#9198a1}.on6{fill:#1b1f24}
    .on0,.on1,.on2{fill:#ffffff}
    }
    </style>

    """

  /// What small multiples need besides.
  static let panelSheet = """
    <style>
    .thin{stroke-width:1.5}.panel{font-weight:600}.mark{fill:#ffffff}
    .point{stroke-width:8;stroke-linecap:round}
    @media (prefers-color-scheme:dark){.mark{fill:#0d1117}}
    </style>

    """
}
