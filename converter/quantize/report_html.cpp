#include <algorithm>
#include <cmath>

#include "converter/quantize/report.h"
#include "host/format.h"
#include "host/html.h"
#include "model/op_traits.h"

namespace linnet::converter {
namespace {

using host::formatted;
using host::html_escaped;

constexpr const char* kStyle =
    "body{max-width:1240px}th{position:sticky;top:0;background:#fff;cursor:pointer}"
    ".float td{background:#eef4fd}.layers{font-size:13px}.layers td:nth-child(2),"
    ".range{white-space:nowrap}.layers "
    "th:nth-child(2){max-width:260px;overflow-wrap:anywhere;text-align:left}";

// A click on a heading sorts by that column, a second one the other way round.
constexpr const char* kSortScript =
    "<script>for(const th of document.querySelectorAll('.layers th'))th.onclick=()=>{"
    "const body=th.closest('table').tBodies[0],i=th.cellIndex,up=th.dataset.up!=='1';"
    "th.dataset.up=up?'1':'';const key=r=>r.cells[i].dataset.v??r.cells[i].textContent;"
    "const cmp=(a,b)=>{const x=key(a),y=key(b),d=x-y;return isNaN(d)?x.localeCompare(y):d};"
    "[...body.rows].sort((a,b)=>up?cmp(a,b):cmp(b,a)).forEach(r=>body.append(r))}</script>";

constexpr int kRow = 15;
constexpr int kTop = 34;
constexpr int kLabel = 330;
constexpr double kBestSnr = 60;  // dB that fill a bar

const char* op_name(const LayerReport& row) {
  return format::op_traits(row.layer.op)->name;
}

// A cell that sorts by its value.
std::string cell(double value, int digits) {
  if (!std::isfinite(value)) return "<td data-v=\"999\">exact</td>";
  return formatted("<td data-v=\"%.9g\">%.*f</td>", value, digits, value);
}
std::string empty_cell() {
  return "<td data-v=\"-1\"></td>";
}
std::string range_text(const Range& range) {
  return formatted("%.3g … %.3g", static_cast<double>(range.low), static_cast<double>(range.high));
}

std::string range_cell(const Range& range) {
  return formatted("<td class=\"range\" data-v=\"%.9g\">", double{range.high} - range.low) +
         range_text(range) + "</td>";
}

std::string text_at(double x, int y, const std::string& text, bool to_the_left = false) {
  return formatted("<text x=\"%.1f\" y=\"%d\"%s>", x, y,
                   to_the_left ? " text-anchor=\"end\"" : "") +
         html_escaped(text) + "</text>";
}
std::string bar(double x, int y, double width, const char* colour, const std::string& title = "") {
  return formatted("<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"><title>", x,
                   y, std::max(width, 0.0), kRow - 4, colour) +
         html_escaped(title) + "</title></rect>";
}

std::string shortened(const std::string& name, size_t longest) {
  return name.size() <= longest ? name : "…" + name.substr(name.size() - longest);
}

// Three columns of bars beside the layers' names, in the order of execution.
class Picture {
 public:
  explicit Picture(const QuantizationReport& report) {
    for (const LayerReport& row : report.layers) {
      if (row.layer.computes) rows_.push_back(&row);
      worst_ = std::max(worst_, std::sqrt(row.cost.alone.noise));
    }
  }

  std::string draw() const {
    const int height = kTop + kRow * static_cast<int>(rows_.size()) + 4;
    std::string out =
        formatted("<svg width=\"1220\" height=\"%d\" role=\"img\" aria-label=\"layers\">", height);
    out += text_at(kSnr, 12, "SNR of what it makes, dB (0 to 60)");
    out += text_at(kCost, 12, "what it alone costs (root of noise)");
    out += text_at(kRange, 12, "range chosen (blue) of range seen (grey)");
    for (const double x : {20.0, 40.0}) {
      out += formatted("<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%d\" y2=\"%d\" stroke=\"#dde3ea\"/>",
                       kSnr + kSnrWidth * x / kBestSnr, kSnr + kSnrWidth * x / kBestSnr, kTop - 4,
                       height);
      out += text_at(kSnr + kSnrWidth * x / kBestSnr - 6, kTop - 8, formatted("%.0f", x));
    }
    int y = kTop;
    for (const LayerReport* row : rows_) {
      out += draw_row(*row, y);
      y += kRow;
    }
    return out + "</svg>";
  }

 private:
  static constexpr double kSnr = kLabel + 8, kSnrWidth = 220;
  static constexpr double kCost = kSnr + kSnrWidth + 60, kCostWidth = 220;
  static constexpr double kRange = kCost + kCostWidth + 60, kRangeWidth = 240;

  std::string draw_row(const LayerReport& row, int y) const {
    const LayerQuality& q = row.quality;
    std::string out =
        text_at(kLabel, y + 10, shortened(row.layer.name, 34) + "  " + op_name(row), true);
    const double snr = std::isfinite(q.snr_db) ? std::clamp(q.snr_db, 0.0, kBestSnr) : kBestSnr;
    const double width = kSnrWidth * snr / kBestSnr;
    out += bar(kSnr, y, width, q.int8 ? "#3a7bd5" : "#8794a3", row.layer.name);
    out += text_at(kSnr + width + 4, y + 10,
                   std::isfinite(q.snr_db) ? formatted("%.1f", q.snr_db) : "exact");
    if (row.cost.alone.cells > 0) {
      const double cost = std::sqrt(row.cost.alone.noise);
      const bool kept = row.kept_by_auto || row.kept_by_user;
      const double length = kCostWidth * cost / std::max(worst_, 1e-12);
      out += bar(kCost, y, length, kept ? "#8794a3" : "#d9534f", row.layer.name);
      out += text_at(kCost + length + 4, y + 10,
                     formatted("%.4f", cost) + (kept ? " kept float" : ""));
    }
    return out + draw_range(q, y);
  }

  // Both ranges over the larger of their extents.
  static std::string draw_range(const LayerQuality& q, int y) {
    const double low = std::min(q.seen.low, q.chosen.low);
    const double high = std::max(q.seen.high, q.chosen.high);
    if (!(high > low)) return "";
    const auto place = [&](double value) { return kRangeWidth * (value - low) / (high - low); };
    std::string out = bar(kRange + place(q.seen.low), y, place(q.seen.high) - place(q.seen.low),
                          "#d5dce5", range_text(q.seen));
    if (!q.measured) return out;
    out += bar(kRange + place(q.chosen.low), y, place(q.chosen.high) - place(q.chosen.low),
               "#3a7bd588", range_text(q.chosen));
    if (q.saturated > 0) {
      out += text_at(kRange + kRangeWidth + 4, y + 10, formatted("%.3f %%", 100 * q.saturated));
    }
    return out;
  }

  std::vector<const LayerReport*> rows_;
  double worst_ = 0;
};

std::string table_row(size_t index, const LayerReport& row) {
  const LayerQuality& q = row.quality;
  std::string out = q.int8 ? "<tr>" : "<tr class=\"float\">";
  out += formatted("<td data-v=\"%zu\">%zu</td><td>", index, index);
  out += html_escaped(row.layer.name);
  if (row.head_stride != 0) out += formatted(" (head, stride %d)", row.head_stride);
  out += formatted("</td><td>%s</td><td data-v=\"%.0f\">%d×%d×%d</td>", op_name(row),
                   static_cast<double>(q.height) * q.width * q.channels, q.height, q.width,
                   q.channels);
  out += q.int8 ? "<td>int8</td>" : (row.kept_by_auto ? "<td>float (auto)</td>" : "<td>float</td>");
  out += cell(q.snr_db, 1) + cell(q.cosine, 5);
  if (q.measured) {
    out += cell(100 * q.saturated, 4) + cell(q.bits, 1);
    out += range_cell(q.seen) + range_cell(q.chosen);
  } else {
    out += empty_cell() + empty_cell() + range_cell(q.seen) + empty_cell();
  }
  if (row.cost.alone.cells > 0) {
    out += cell(row.cost.alone.score, 5) + cell(row.cost.alone.box, 5) +
           cell(row.cost.alone.snr_db, 1);
  } else {
    out += empty_cell() + empty_cell() + empty_cell();
  }
  return out + cell(100 * row.cost.work_share, 2) + "</tr>";
}

std::string table(const QuantizationReport& report) {
  std::string out =
      "<table class=\"layers\"><thead><tr><th>#</th><th>layer</th><th>op</th><th>makes</th>"
      "<th>type</th><th>SNR dB</th><th>cosine</th><th>saturated %</th><th>bits</th>"
      "<th>range seen</th><th>range chosen</th><th>alone: scores</th><th>alone: boxes</th>"
      "<th>alone: SNR dB</th><th>work %</th></tr></thead><tbody>";
  for (size_t i = 0; i < report.layers.size(); ++i) out += table_row(i, report.layers[i]);
  return out + "</tbody></table>";
}

std::string fact(const std::string& name, const std::string& value) {
  return "<tr><td>" + name + "</td><td>" + html_escaped(value) + "</td></tr>";
}

std::string error_text(const HeadError& error) {
  return formatted("scores off by %.4f, boxes by %.4f (1 − IoU), SNR %.1f dB, %lld cells",
                   error.score, error.box, error.snr_db, static_cast<long long>(error.cells));
}

std::string facts(const QuantizationReport& report) {
  const QuantizeOptions& options = report.options;
  std::string out = "<table class=\"facts\">";
  out += fact("error of the heads", error_text(report.error));
  for (const LayerReport& row : report.layers) {
    if (row.head_stride == 0 || row.layer.op != format::k_conv2d) continue;
    out += fact(formatted("head of stride %d", row.head_stride),
                formatted("SNR of all logits %.1f dB, cosine %.5f", row.quality.snr_db,
                          row.quality.cosine));
  }
  out += fact("ranges by", range_method_name(options.scales.method));
  out += fact("cross-layer equalization", options.scales.equalize ? "on" : "off");
  out += fact("bias correction", options.correct_bias ? "on" : "off");
  out += fact("weights rounded", options.round_together ? "together" : "to the nearest");
  out += fact("logits", options.int8_head ? "int8" : "float");
  out +=
      fact("pictures", formatted("%zu for the ranges, %zu for the layers, %zu for what each costs",
                                 report.calibration_pictures, report.measured_pictures,
                                 report.compared_pictures));
  if (report.mixed) {
    out += fact("auto-mixed", formatted("budget %.4f: from %.4f to %.4f with %zu layers in floats",
                                        report.mixed->budget, report.mixed->before.score,
                                        report.mixed->after.score, report.mixed->kept.size()));
  }
  return out + "</table>";
}

}  // namespace

std::string report_html(const QuantizationReport& report) {
  std::string out = host::html_begin("quantization of " + report.model, kStyle);
  out += "<h1>Quantization of " + html_escaped(report.model) + "</h1>" + facts(report);
  out += formatted(
      "<p>Errors of the heads are means over the cells that matter: those whose objectness is "
      "above "
      "%.2f in floats or in int8. Scores: the largest difference of a class's score. Noise: "
      "squared "
      "differences of the sigmoids of all logits. <i>Alone</i>: this layer in int8, all others in "
      "floats. SNR of a layer holds the errors of all layers before it. Saturated: values cut off "
      "by more than half a step.</p><h2>Layer by layer</h2>",
      kLowObjectness);
  out += Picture(report).draw() + "<h2>Figures</h2><p>A click on a heading sorts.</p>";
  return out + table(report) + kSortScript + host::kHtmlEnd;
}

}  // namespace linnet::converter
