/// How a report's page looks, but for its charts.
enum ReportPageStyle {
  static let sheet = """
    <style>
    :root{--paper:#ffffff;--ink:#24292f;--muted:#57606a;--rule:#d8dee4;--shade:#f6f8fa;\
    --mark:#0072b2}
    @media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--muted:#9198a1;\
    --rule:#30363d;--shade:#161b22;--mark:#56b4e9}}
    body{margin:0;background:var(--paper);color:var(--ink);line-height:1.5;\
    font-family:system-ui,-apple-system,"Segoe UI",Helvetica,Arial,sans-serif}
    main{max-width:1100px;margin:0 auto;padding:32px 24px 64px}
    .kicker{margin:0;color:var(--muted);font-size:14px}
    h1{font-size:26px;line-height:1.25;margin:4px 0 12px;max-width:46em}
    h2{font-size:19px;margin:40px 0 12px}
    .answer{font-size:18px;border-left:4px solid var(--mark);padding:4px 0 4px 14px;margin:0 0 16px}
    p.muted,figcaption{color:var(--muted);font-size:14px}
    a{color:var(--mark)}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
    th,td{padding:5px 7px;border-bottom:1px solid var(--rule);text-align:left;white-space:nowrap}
    th{cursor:pointer;vertical-align:bottom;user-select:none;border-bottom-width:2px}
    th:hover{background:var(--shade)}
    th span{display:block}
    th .group,th .unit{font-weight:400;color:var(--muted)}
    th[aria-sort=ascending] span:last-child::after{content:" \\2191"}
    th[aria-sort=descending] span:last-child::after{content:" \\2193"}
    .number{text-align:right}
    td:not(.number){white-space:normal}
    td:first-child{min-width:7.5em;max-width:15em;overflow-wrap:anywhere}
    th:first-child,td:first-child{position:sticky;left:0;background:var(--paper)}
    tbody tr:hover{background:var(--shade)}
    .best{font-weight:700;position:relative}
    .best::after{content:"*";position:absolute}
    .figures{display:grid;gap:28px;grid-template-columns:minmax(0,1fr)}
    figure{margin:0;border:1px solid var(--rule);border-radius:8px;padding:12px}
    figure>div>svg{display:block;width:100%;height:auto}
    .narrow{display:none}
    h3{font-size:16px;margin:0 0 8px}
    .headline{display:flex;flex-wrap:wrap;gap:8px 32px;margin:0 0 16px;color:var(--muted);\
    font-size:14px}
    .headline b{display:block;color:var(--ink);font-size:26px;line-height:1.3}
    figcaption{padding:4px 16px}
    [data-toggle]{cursor:pointer}
    [data-toggle]:hover text{text-decoration:underline}
    [data-toggle].off{opacity:.35}
    [data-part].off,.whole .cut{display:none}
    .spot{fill:var(--paper);stroke:var(--ink);stroke-width:2;pointer-events:none}
    #tip{position:fixed;pointer-events:none;z-index:1;background:var(--shade);color:var(--ink);\
    border:1px solid var(--rule);border-radius:6px;padding:6px 10px;font-size:13px;\
    box-shadow:0 2px 8px #0003;white-space:pre-line;font-variant-numeric:tabular-nums}
    #tip[hidden]{display:none}
    #tip b{display:block}
    pre{background:var(--shade);padding:12px;border-radius:6px;white-space:pre-wrap;\
    overflow-wrap:anywhere;font-size:13px}
    dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;font-size:14px;margin:0}
    dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
    .facts dt{font-weight:400;color:var(--muted)}
    @media (max-width:640px){dl{grid-template-columns:1fr}dd{margin-bottom:6px}\
    main{padding:16px 14px 48px}h1{font-size:20px}h2{margin-top:28px}.answer{font-size:16px}\
    figure{padding:8px}figcaption{padding:4px}.wide{display:none}.narrow{display:block}\
    .headline{display:grid;grid-template-columns:1fr 1fr;gap:8px 16px}\
    td:first-child{min-width:6em;max-width:8em}}
    </style>

    """
}
