// Draws every [data-chart] from the JSON beside it, in our colours, in the reader's language, without HTML from strings.
(() => {
  "use strict";
  const script = document.currentScript;
  const spanish = document.documentElement.lang.startsWith("es");
  const numbers = new Intl.NumberFormat("es-MX", { maximumFractionDigits: 2 });
  const money = new Intl.NumberFormat("es-MX", { minimumFractionDigits: 0, maximumFractionDigits: 0 });
  const drawn = new Map();
  let corridor;

  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const colourOf = (value) =>
    typeof value === "string" && value.startsWith("tone:") ? css(`--chart-${value.slice(5)}`) : value;

  const coloured = (value) => {
    if (Array.isArray(value)) return value.map(coloured);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, coloured(one)]));
    }
    return colourOf(value);
  };

  const formatter = ({ format = "quantity", unit = "" } = {}) => (value) => {
    if (Array.isArray(value)) value = value.at(-1);
    if (value === null || value === undefined || Number.isNaN(Number(value))) return "–";
    if (format === "percent") return `${numbers.format(value * 100)} %`;
    if (format === "money") return `$${money.format(value)}${unit ? ` ${unit}` : ""}`;
    return `${numbers.format(value)}${unit ? ` ${unit}` : ""}`;
  };

  const short = (value) => {
    const size = Math.abs(value);
    if (size >= 1e6) return `${numbers.format(Math.round(value / 1e4) / 100)} M`;
    if (size >= 1e4) return `${numbers.format(Math.round(value / 100) / 10)} k`;
    return numbers.format(value);
  };

  const axis = (one, kind, say) => ({
    ...one,
    axisLine: { lineStyle: { color: css("--chart-line") }, ...one.axisLine },
    axisTick: { show: false, ...one.axisTick },
    axisLabel: {
      color: css("--chart-ink-soft"),
      fontSize: 12,
      hideOverlap: true,
      ...(one.type === "value" ? { formatter: say.format === "percent" ? formatter(say) : short } : {}),
      ...one.axisLabel,
    },
    nameTextStyle: { color: css("--chart-ink-soft"), ...one.nameTextStyle },
    splitLine: { show: one.type === "value", lineStyle: { color: css("--chart-grid") }, ...one.splitLine },
    ...(kind === "y" && one.type === "value" ? { splitNumber: 4 } : {}),
  });

  const each = (value, change) => (Array.isArray(value) ? value.map(change) : value ? change(value) : value);

  const fill = (given, box) => {
    const { recinto: say = {}, ...option } = coloured(given);
    const ink = css("--chart-ink");
    const narrow = box.clientWidth < 480;
    const palette = [1, 2, 3, 4, 5, 6, 7, 8].map((number) => css(`--chart-${number}`));
    const hasAxes = option.xAxis || option.yAxis;
    return {
      color: palette,
      animationDuration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 350,
      textStyle: { fontFamily: css("--tblr-font-sans-serif"), color: ink },
      ...option,
      ...(hasAxes ? { grid: { left: 8, right: 16, top: option.legend ? 44 : 20, bottom: 8, containLabel: true, ...option.grid } } : {}),
      xAxis: each(option.xAxis, (one) => axis(one, "x", say)),
      yAxis: each(option.yAxis, (one) => axis(one, "y", say)),
      legend: option.legend && {
        top: 4, left: 8, type: narrow ? "scroll" : "plain", icon: "roundRect", itemWidth: 12, itemHeight: 12,
        textStyle: { color: ink }, pageTextStyle: { color: ink }, pageIconColor: ink, ...option.legend,
      },
      visualMap: each(option.visualMap, (one) => ({ textStyle: { color: ink }, formatter: formatter(say), ...one })),
      geo: each(option.geo, (one) => ({
        roam: false,
        projection: mercator,
        layoutCenter: ["50%", "50%"],
        layoutSize: "100%",
        silent: true,
        itemStyle: { areaColor: css("--chart-land"), borderColor: css("--chart-land-line"), borderWidth: 0.7 },
        regions: mexico(),
        ...frame(box),
        ...one,
      })),
      series: each(option.series, (one) => series(one, ink)),
      tooltip: {
        // Text, not HTML: a strict policy forbids the styles that ECharts would write into it.
        renderMode: "richText",
        confine: true,
        trigger: hasAxes ? "axis" : "item",
        valueFormatter: formatter(say),
        backgroundColor: css("--chart-tip"),
        borderColor: css("--chart-line"),
        textStyle: { color: ink, fontSize: 13 },
        ...option.tooltip,
        ...(option.series && option.geo ? { formatter: pointText(say) } : {}),
      },
      aria: { enabled: true, ...option.aria },
    };
  };

  const series = (one, ink) => {
    const soft = { itemStyle: { borderColor: css("--chart-tip") }, ...one };
    if (one.type === "bar") return { barMaxWidth: 36, ...one, itemStyle: { borderRadius: 3, ...one.itemStyle } };
    if (one.type === "line") return { symbolSize: 6, showSymbol: (one.data?.length ?? 0) < 30, ...one, lineStyle: { width: 2.5, ...one.lineStyle } };
    if (one.type === "whiskers") return { ...one, type: "custom", renderItem: whisker(ink), encode: { x: [0, 1], y: 2 }, tooltip: { show: false }, z: 5 };
    if (one.type === "sankey") {
      return { nodeGap: 14, lineStyle: { color: "source", opacity: 0.35 }, ...one, label: { color: ink, fontSize: 12, ...one.label } };
    }
    if (one.type === "lines") {
      return {
        coordinateSystem: "geo", silent: true, ...one,
        lineStyle: { color: css("--chart-accent"), opacity: 0.7, curveness: 0.2, width: 2, ...one.lineStyle },
      };
    }
    if (one.coordinateSystem === "geo") {
      return {
        ...one,
        label: { color: ink, fontSize: 12, textBorderColor: css("--chart-land"), textBorderWidth: 2, position: "right", formatter: "{b}", ...one.label },
        labelLayout: { hideOverlap: true, moveOverlap: "shiftY", ...one.labelLayout },
      };
    }
    return one.type === "pie" || one.type === "treemap" ? { ...soft, label: { color: ink, ...one.label } } : one;
  };

  // How far off a bar on its side may be: a line from low to high over it, with an end on either side.
  const whisker = (ink) => (_params, api) => {
    const [low, y] = api.coord([api.value(0), api.value(2)]);
    const [high] = api.coord([api.value(1), api.value(2)]);
    const line = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: ink, lineWidth: 1.5 } });
    return { type: "group", children: [line(low, y, high, y), line(low, y - 6, low, y + 6), line(high, y - 6, high, y + 6)] };
  };

  // North is up and roads look right; ECharts would draw degrees as squares.
  const mercator = {
    project: ([x, y]) => [x, -(Math.log(Math.tan(Math.PI / 4 + (y * Math.PI) / 360)) * 180) / Math.PI],
    unproject: ([x, y]) => [x, (Math.atan(Math.exp((-y * Math.PI) / 180)) * 360) / Math.PI - 90],
  };

  // A phone shows the corridor itself; a wide screen both countries.
  const frame = (box) =>
    box.clientWidth < 600
      ? { boundingCoords: [[-118, 43], [-78, 17]], layoutSize: undefined, layoutCenter: undefined, top: 0, bottom: 0, left: 0, right: 0 }
      : { boundingCoords: [[-125, 49], [-67, 15]], layoutSize: undefined, layoutCenter: undefined, top: 4, bottom: 4, left: 4, right: 4 };

  const mexico = () =>
    (corridor?.features ?? [])
      .filter((one) => one.properties.country === "MEX")
      .map((one) => ({ name: one.properties.name, itemStyle: { areaColor: css("--chart-land-mx") } }));

  const pointText = (say) => (point) => {
    const value = Array.isArray(point.value) && point.value.length > 2 ? formatter(say)(point.value) : "";
    return [point.name, value, point.data?.note].filter(Boolean).join("\n");
  };

  const clean = (option) => Object.fromEntries(Object.entries(option).filter(([, value]) => value !== undefined));

  const draw = async (box) => {
    const data = document.getElementById(box.dataset.chart);
    if (!data || !window.echarts) return;
    const given = JSON.parse(data.textContent);
    if (JSON.stringify(given.geo ?? "").includes("corridor") && !corridor) {
      corridor = await (await fetch(script.dataset.map)).json();
      echarts.registerMap("corridor", corridor);
    }
    drawn.get(box)?.dispose();
    const chart = echarts.init(box, null, { renderer: "svg", locale: spanish ? "ES" : "EN" });
    chart.setOption(clean(fill(given, box)));
    chart.on("click", ({ data: point }) => {
      if (point?.url) window.location.assign(point.url);
    });
    drawn.set(box, chart);
    box.dataset.drawn = "yes";
  };

  const drawAll = (root = document) => root.querySelectorAll("[data-chart]").forEach(draw);

  let waiting;
  new ResizeObserver(() => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawn.forEach((chart, box) => (box.isConnected ? chart.resize() : chart.dispose())), 120);
  }).observe(document.body);
  document.addEventListener("recinto:theme", () => drawAll());
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.detail.target));
  window.addEventListener("beforeprint", () => drawn.forEach((chart) => chart.resize()));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawAll());
  else drawAll();
})();
