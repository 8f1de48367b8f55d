/// What a report's page does when it is pointed at and clicked.
enum ReportPageScript {
  static let text = #"""
    "use strict";
    const tip = document.getElementById("tip");
    const scales = {
      linear: v => v,
      log10: v => v > 0 ? Math.log10(v) : -Infinity,
      tail: v => v < 1 ? -Math.log10(1 - v) : Infinity,
    };
    const digits = v => v === 0 ? "0"
      : v >= 1000 ? Math.round(v).toLocaleString("en") : String(Number(v.toPrecision(3)));
    const labels = {
      number: digits,
      duration: v => v === 0 ? "0 s" : v < 9.995e-4 ? digits(v * 1e6) + " us"
        : v < 0.9995 ? digits(v * 1e3) + " ms" : digits(v) + " s",
      percent: v => {
        const nines = v < 1 ? Math.max(1, Math.ceil(-Math.log10(1 - v))) : 1;
        return (v * 100).toFixed(Math.min(5, nines)) + " %";
      },
    };
    const along = (axis, v) => {
      const f = scales[axis.scale], low = f(axis.low), high = f(axis.high);
      return Math.min(1, Math.max(0, (f(v) - low) / (high - low)));
    };
    function say(event, heading, rest) {
      tip.textContent = rest;
      const bold = document.createElement("b");
      bold.textContent = heading;
      tip.prepend(bold);
      tip.hidden = false;
      const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
      const below = event.clientY + tip.offsetHeight + 24 < innerHeight;
      tip.style.left = Math.max(8, Math.min(event.clientX + 14, room)) + "px";
      tip.style.top = event.clientY + (below ? 16 : -tip.offsetHeight - 12) + "px";
    }

    // Lines: the nearest point of any line that is shown.
    function points(chart) {
      return chart.lines.flatMap((line, part) => line.points.map(([x, y]) => ({
        part, name: line.name, x, y,
        left: chart.left + along(chart.x, x) * (chart.right - chart.left),
        top: chart.bottom - along(chart.y, y) * (chart.bottom - chart.top),
      })));
    }
    function listen(svg, chart) {
      const all = points(chart), hidden = new Set();
      const spot = document.createElementNS(svg.namespaceURI, "circle");
      spot.setAttribute("class", "spot");
      spot.setAttribute("r", 5);
      const leave = () => { tip.hidden = true; spot.remove(); };
      svg.addEventListener("pointermove", event => {
        const at = new DOMPoint(event.clientX, event.clientY)
          .matrixTransform(svg.getScreenCTM().inverse());
        let best = null, least = Infinity;
        if (at.x > chart.left - 8 && at.x < chart.right + 8 && at.y > chart.top - 8
            && at.y < chart.bottom + 8) {
          for (const point of all) {
            if (hidden.has(point.part)) continue;
            const far = (point.left - at.x) ** 2 + (point.top - at.y) ** 2;
            if (far < least) { least = far; best = point; }
          }
        }
        if (!best) return leave();
        spot.setAttribute("cx", best.left);
        spot.setAttribute("cy", best.top);
        svg.append(spot);
        say(event, best.name, chart.x.title + ": " + labels[chart.x.labels](best.x) + "\n"
          + chart.y.title + ": " + labels[chart.y.labels](best.y));
      });
      svg.addEventListener("pointerleave", leave);
      return (part, isOff) => { isOff ? hidden.add(part) : hidden.delete(part); leave(); };
    }

    // Bars: what a part says, and the others moved up where one is hidden.
    function listenToBars(svg) {
      svg.addEventListener("pointermove", event => {
        const part = event.target.closest("[data-tip]");
        if (!part) { tip.hidden = true; return; }
        const [heading, rest] = part.dataset.tip.split("\n");
        say(event, heading, rest);
      });
      svg.addEventListener("pointerleave", () => { tip.hidden = true; });
      return () => {
        for (const bar of svg.querySelectorAll("[data-bar]")) {
          let shift = 0, whole = 0, seconds = 0;
          for (const part of bar.querySelectorAll("[data-part]")) {
            part.setAttribute("transform", `translate(${-shift} 0)`);
            whole += Number(part.dataset.width);
            if (part.classList.contains("off")) shift += Number(part.dataset.width);
            else seconds += Number(part.dataset.seconds);
          }
          const room = Number(bar.dataset.bar);
          const move = Math.min(whole - shift, room) - Math.min(whole, room);
          const end = bar.querySelector("[data-end]"), fits = whole - shift <= room + 0.5;
          end.setAttribute("transform", `translate(${move} 0)`);
          end.classList.toggle("whole", fits);
          end.querySelector("text").textContent = labels.duration(seconds)
            + (fits ? "" : ", cut off");
        }
      };
    }

    for (const svg of document.querySelectorAll("figure>div>svg")) {
      const data = svg.closest("figure").querySelector("script[type='application/json']");
      const plot = data && JSON.parse(svg.parentElement.dataset.plot);
      const changed = data ? listen(svg, {...JSON.parse(data.textContent), ...plot})
        : listenToBars(svg);
      for (const name of svg.querySelectorAll("[data-toggle]")) {
        const toggle = () => {
          const isOff = name.classList.toggle("off");
          name.setAttribute("aria-pressed", String(isOff));
          for (const part of svg.querySelectorAll(`[data-part="${name.dataset.toggle}"]`))
            part.classList.toggle("off", isOff);
          changed(Number(name.dataset.toggle), isOff);
        };
        onChoice(name, toggle);
      }
    }

    // Tables: by the values of a column, what has none last.
    function onChoice(element, act) {
      element.addEventListener("click", act);
      element.addEventListener("keydown", event => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        act();
      });
    }
    for (const table of document.querySelectorAll("table")) {
      const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
      heads.forEach((head, column) => onChoice(head, () => {
        const rises = head.getAttribute("aria-sort") !== "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", rises ? "ascending" : "descending");
        const sign = rises ? 1 : -1;
        const value = row => row.cells[column].dataset.value;
        const rows = [...body.rows].sort((a, b) => {
          const [x, y] = [value(a), value(b)];
          if (x !== undefined && y !== undefined) return sign * (x - y);
          if (x !== undefined || y !== undefined) return x !== undefined ? -1 : 1;
          return sign * a.cells[column].textContent.localeCompare(b.cells[column].textContent);
        });
        body.append(...rows);
      }));
    }

    """#
}
