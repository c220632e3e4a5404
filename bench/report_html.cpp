#include <algorithm>

#include "bench/report.h"
#include "host/format.h"
#include "host/html.h"

namespace linnet::bench {
namespace {

// A colour for each type of operator.
const char* colour_of(const std::string& op) {
  if (op == "conv2d") return "#3a7bd5";
  if (op == "winograd_conv2d") return "#7a5bd0";
  if (op == "dwconv2d") return "#2aa876";
  if (op == "max_pool" || op == "avg_pool") return "#e0a100";
  return "#8794a3";
}

std::string measurements_table(const Report& report) {
  std::string out =
      "<h2>Milliseconds an inference</h2><table><tr><th>case</th><th>min</th><th>median</th>"
      "<th>mean</th><th>p90</th><th>max</th><th>runs</th><th>arena</th></tr>";
  for (const Measurement& m : report.measurements) {
    const Stats s = m.stats();
    out += host::formatted(
        "<tr><td>%s</td><td>%.2f</td><td><b>%.2f</b></td><td>%.2f</td><td>%.2f</td><td>%.2f</td>"
        "<td>%zu</td><td>%.2f MB</td></tr>",
        host::html_escaped(m.name()).c_str(), s.min, s.median, s.mean, s.p90, s.max,
        m.samples.size(), static_cast<double>(m.arena_bytes) / 1e6);
  }
  return out + "</table>";
}

std::string layer_bars(const Profile& p) {
  constexpr int kRow = 15, kLabel = 310, kBar = 560;
  double longest = 1e-9;
  for (const LayerProfile& layer : p.layers) longest = std::max(longest, layer.milliseconds);
  std::string out =
      host::formatted("<svg width=\"1040\" height=\"%d\" role=\"img\" aria-label=\"layers\">",
                      kRow * static_cast<int>(p.layers.size()) + 4);
  for (size_t i = 0; i < p.layers.size(); ++i) {
    const LayerProfile& layer = p.layers[i];
    const int y = static_cast<int>(i) * kRow;
    out += host::formatted("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%zu %s %s</text>",
                           kLabel - 6, y + 11, i, host::html_escaped(layer.op).c_str(),
                           host::html_escaped(layer.shape).c_str());
    const double width = kBar * layer.milliseconds / longest;
    out += host::formatted("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                           kLabel, y + 1, width, kRow - 3, colour_of(layer.op));
    if (layer.fused) {
      out += host::formatted("<text x=\"%d\" y=\"%d\">runs inside the one before</text>",
                             kLabel + 4, y + 11);
      continue;
    }
    const double rate = layer.macs / layer.milliseconds * 1e-6;
    out += host::formatted("<text x=\"%.1f\" y=\"%d\">%.3f ms, %.1f GMAC/s, %.0f %% of peak</text>",
                           kLabel + width + 5, y + 11, layer.milliseconds, rate,
                           100 * rate / p.peaks.of(layer.int8));
  }
  return out + "</svg>";
}

// Time runs to the right, node by node; addresses downwards.
std::string arena_picture(const Profile& p) {
  constexpr int kWidth = 1000, kHeight = 420;
  const double nodes = static_cast<double>(p.layers.size());
  std::string out = host::formatted(
      "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"arena\">"
      "<rect width=\"%d\" height=\"%d\" fill=\"#f1f4f8\"/>",
      kWidth, kHeight, kWidth, kHeight);
  int index = 0;
  for (const ArenaTensor& t : p.arena) {
    const double x = kWidth * t.first / nodes;
    const double w = kWidth * (t.last - t.first + 1) / nodes;
    const double y = kHeight * t.offset / p.arena_bytes;
    const double h = kHeight * t.bytes / p.arena_bytes;
    out += host::formatted(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"hsl(%d,55%%,62%%)\" "
        "stroke=\"#fff\" stroke-width=\".5\"><title>%s: %.0f KB, nodes %d to %d</title></rect>",
        x, y, w, h, (index++ * 47) % 360, host::html_escaped(t.name).c_str(), t.bytes / 1e3,
        t.first, t.last);
  }
  return out + "</svg>";
}

}  // namespace

std::string to_html(const Report& report, const std::vector<Profile>& profiles) {
  std::string out = host::html_begin("linnet-bench");
  out += "<h1>linnet-bench</h1>";
  for (const std::string& warning : report.warnings) {
    out += "<p class=\"warning\">" + host::html_escaped(warning) + "</p>";
  }
  out += "<table class=\"facts\">";
  std::vector<Fact> facts = report.facts;
  for (const Fact& fact : facts_of(report.before)) facts.push_back(fact);
  for (const Fact& fact : facts) {
    if (fact.value.empty()) continue;
    out += "<tr><td>" + host::html_escaped(fact.name) + "</td><td>" +
           host::html_escaped(fact.value) + "</td></tr>";
  }
  out += "</table>" + measurements_table(report);
  for (const Profile& p : profiles) {
    out += "<h2>" + host::html_escaped(p.name) + "</h2>";
    out += host::formatted(
        "<p>letterbox %.3f ms, network %.3f ms, decode %.3f ms; peak of this core %.1f "
        "GMAC/s in floats, %.1f in int8. Multiply-adds are those of the direct algorithm.</p>",
        p.letterbox_ms, p.network_ms, p.decode_ms, p.peaks.f32_gmacs, p.peaks.int8_gmacs);
    out += layer_bars(p);
    out += host::formatted(
        "<h2>Arena over time: %.2f MB</h2><p>Each box is a tensor: its place in the arena "
        "(downwards) and the nodes during which it lives (to the right).</p>",
        p.arena_bytes / 1e6);
    out += arena_picture(p);
  }
  return out + host::kHtmlEnd;
}

}  // namespace linnet::bench
