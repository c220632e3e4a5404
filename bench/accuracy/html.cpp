#include <algorithm>

#include "bench/accuracy/html_sections.h"
#include "bench/accuracy/worst.h"
#include "host/format.h"
#include "host/html.h"

namespace linnet::bench::accuracy {
namespace {

constexpr const char* kStyle =
    ".tiles{display:flex;gap:1em;flex-wrap:wrap;margin:1.2em 0}"
    ".tile{background:#f1f4f8;border-radius:8px;padding:.6em 1.2em;min-width:6.5em}"
    ".tile b{display:block;font-size:30px;font-weight:600;line-height:1.25}"
    ".tile span{color:#5b6875}.up{color:#17834f}.down{color:#c23a3a}"
    ".figures td:nth-child(2){text-align:left;color:#5b6875}"
    ".figures .bar{width:220px;padding:0 .8em}.bar div{height:9px;border-radius:4px}"
    ".columns{display:flex;gap:2em;flex-wrap:wrap;align-items:flex-start}"
    ".curve{fill:none;stroke:#3a7bd5;stroke-width:1;opacity:.35}"
    ".curve:hover{opacity:1;stroke-width:3;stroke:#e0a100}"
    ".grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(165px,1fr));gap:10px}"
    ".small{background:#f7f9fb;border-radius:6px;padding:6px 8px;margin:0;font-size:12px;"
    "line-height:1.3}"
    ".small b{display:block;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}"
    ".small i{font-weight:400;font-style:normal;color:#5b6875}"
    ".small svg{display:block;width:100%}.muted{color:#5b6875}"
    ".pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(500px,1fr));gap:18px;"
    "align-items:start}"
    ".pictures figure{margin:0;background:#f7f9fb;border-radius:8px;overflow:hidden}"
    ".pictures svg{display:block;width:100%;max-height:430px;background:#10151b}"
    "figcaption{padding:.4em .9em .6em;font-size:13px}label{margin-right:1.4em}"
    "label i{display:inline-block;width:13px;height:13px;border-radius:3px;vertical-align:-2px;"
    "margin:0 .3em}"
    "#right:not(:checked)~.pictures .right,#missed:not(:checked)~.pictures .missed,"
    "#imagined:not(:checked)~.pictures .imagined,#confused:not(:checked)~.pictures "
    ".confused{display:none}";

std::string difference_cell(double figure, double other) {
  const bool known = figure >= 0 && other >= 0;
  const char* const kind = !known || figure == other ? "" : figure > other ? "up" : "down";
  return host::formatted("<td class=\"%s\">%s</td>", kind, difference_text(figure, other).c_str());
}

std::string tile(const std::string& value, const std::string& what) {
  return "<div class=\"tile\"><b>" + value + "</b><span>" + what + "</span></div>";
}

std::string percent(size_t part, size_t whole) {
  if (whole == 0) return "-";
  return host::formatted("%.0f %%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string tiles(const Report& report, const std::vector<std::vector<Pairing>>& pairings) {
  const Figures& figures = report.subject.evaluation.figures;
  Tally all;
  for (const std::vector<Pairing>& pairs : pairings) {
    const Tally one = tally_of(pairs);
    all.right += one.right;
    all.confused += one.confused;
    all.missed += one.missed;
    all.imagined += one.imagined;
  }
  std::string out = "<div class=\"tiles\">";
  out += tile(figure_text(figures[kAp]), "AP");
  out += tile(figure_text(figures[kAp50]), "AP50");
  out += tile(figure_text(figures[kAp75]), "AP75");
  const size_t objects = all.right + all.confused + all.missed;
  const size_t boxes = all.right + all.confused + all.imagined;
  out += tile(percent(all.right, objects),
              host::formatted("of %zu objects found at %.2f", objects, kShownConfidence));
  out += tile(percent(all.right, boxes), host::formatted("of %zu detections right", boxes));
  return out + "</div>";
}

std::string bar(double figure, const char* colour) {
  return host::formatted("<div style=\"width:%.1f%%;background:%s\"></div>",
                         100 * std::max(figure, 0.0), colour);
}

std::string figures_table(const Report& report) {
  std::string out = "<table class=\"figures\"><tr><th></th><th></th><th>" +
                    host::html_escaped(report.subject.name) + "</th>";
  if (report.against) {
    out += "<th>" + host::html_escaped(report.against->name) + "</th><th>difference</th>";
  }
  out += "<th></th></tr>";
  for (size_t f = 0; f < kFigures; ++f) {
    const double figure = report.subject.evaluation.figures[f];
    out += host::formatted("<tr><td>%s</td><td>%s</td><td><b>%s</b></td>", kFigureNames[f].key,
                           kFigureNames[f].text, figure_text(figure).c_str());
    std::string bars = bar(figure, kBlue);
    if (report.against) {
      const double other = report.against->evaluation.figures[f];
      out += "<td>" + figure_text(other) + "</td>" + difference_cell(figure, other);
      bars += bar(other, "#c3ccd6");
    }
    out += "<td class=\"bar\">" + bars + "</td></tr>";
  }
  return out + "</table>";
}

std::string facts_table(const Report& report) {
  std::string out = "<table class=\"facts\">";
  for (const auto& [name, value] : report.facts) {
    out += "<tr><td>" + host::html_escaped(name) + "</td><td>" + host::html_escaped(value) +
           "</td></tr>";
  }
  return out + "</table>";
}

}  // namespace

std::string to_html(const Report& report) {
  const auto pairings = pair_up(report.dataset, report.subject.detections);
  const std::string title = "Accuracy of " + report.subject.name;
  std::string out = host::html_begin(title, kStyle);
  out += "<h1>" + host::html_escaped(title) + "</h1>";
  for (const std::string& note : report.dataset.notes) {
    out += "<p class=\"warning\">" + host::html_escaped(note) + "</p>";
  }
  out += tiles(report, pairings) + facts_table(report) + "<h2>Figures</h2>" + figures_table(report);
  out += curves_section(report) + confusion_section(report, pairings);
  return out + pictures_section(report, pairings) + host::kHtmlEnd;
}

}  // namespace linnet::bench::accuracy
