#include "bench/accuracy/report.h"

#include "host/format.h"
#include "host/json.h"

namespace linnet::bench::accuracy {
namespace {

constexpr int kDigits = 9;

struct Row {
  std::string name;
  size_t truths = 0;
  Figures figures{}, other{};
};

// Categories with an object or a detection.
std::vector<Row> class_rows(const Report& report) {
  std::vector<Row> rows;
  for (size_t i = 0; i < report.dataset.categories.size(); ++i) {
    const CategoryResult& result = report.subject.evaluation.categories[i];
    if (result.truths == 0 && result.detections == 0) continue;
    Row row{report.dataset.categories[i].name, result.truths, figures_of({&result, 1}), {}};
    if (report.against) row.other = figures_of({&report.against->evaluation.categories[i], 1});
    rows.push_back(row);
  }
  return rows;
}

constexpr size_t kClassFigures[] = {kAp, kAp50, kAp75, kAr100};

std::string text_classes(const Report& report) {
  std::string out = host::formatted("\n%-24s %8s", "class", "objects");
  for (const size_t f : kClassFigures) out += host::formatted(" %8s", kFigureNames[f].key);
  out += report.against ? "  against AP  difference\n" : "\n";
  for (const Row& row : class_rows(report)) {
    out += host::formatted("%-24s %8zu", row.name.c_str(), row.truths);
    for (const size_t f : kClassFigures) {
      out += host::formatted(" %8s", figure_text(row.figures[f]).c_str());
    }
    if (report.against) {
      out += host::formatted("  %10s  %10s", figure_text(row.other[kAp]).c_str(),
                             difference_text(row.figures[kAp], row.other[kAp]).c_str());
    }
    out += '\n';
  }
  return out;
}

// Of a Markdown table, after the first.
std::string cell(const std::string& text) {
  return host::formatted(" %s |", text.c_str());
}

std::string markdown_classes(const Report& report) {
  std::string out = "\n| class | objects |", line = "|---|---:|";
  for (const size_t f : kClassFigures) {
    out += host::formatted(" %s |", kFigureNames[f].key);
    line += "---:|";
  }
  out +=
      report.against ? " against AP | difference |\n" + line + "---:|---:|\n" : "\n" + line + "\n";
  for (const Row& row : class_rows(report)) {
    out += host::formatted("| %s | %zu |", row.name.c_str(), row.truths);
    for (const size_t f : kClassFigures) out += cell(figure_text(row.figures[f]));
    if (report.against) {
      out += cell(figure_text(row.other[kAp])) +
             cell(difference_text(row.figures[kAp], row.other[kAp]));
    }
    out += '\n';
  }
  return out;
}

void write_figures(const Figures& figures, host::JsonWriter* json) {
  for (size_t f = 0; f < kFigures; ++f) json->key(kFigureNames[f].key).value(figures[f], kDigits);
}

void write_against(const Report& report, host::JsonWriter* json) {
  const Figures& figures = report.subject.evaluation.figures;
  const Figures& other = report.against->evaluation.figures;
  json->key("against").begin_object();
  json->key("name").value(report.against->name);
  write_figures(other, json);
  json->end_object();
  json->key("difference").begin_object();
  for (size_t f = 0; f < kFigures; ++f) {
    const bool known = figures[f] >= 0 && other[f] >= 0;
    json->key(kFigureNames[f].key).value(known ? figures[f] - other[f] : 0, kDigits);
  }
  json->end_object();
}

void write_classes(const Report& report, host::JsonWriter* json) {
  json->key("per_class").begin_array();
  for (const Row& row : class_rows(report)) {
    json->begin_object();
    json->key("class").value(row.name);
    json->key("objects").value(static_cast<int64_t>(row.truths));
    write_figures(row.figures, json);
    json->end_object();
  }
  json->end_array();
}

std::string quoted_for_csv(const std::string& text) {
  std::string out(1, '"');
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  out += '"';
  return out;
}

std::string csv_row(const std::string& subject, const std::string& what, size_t truths,
                    const Figures& figures) {
  std::string out = host::formatted("%s,%s,%zu", quoted_for_csv(subject).c_str(),
                                    quoted_for_csv(what).c_str(), truths);
  for (const double figure : figures) out += host::formatted(",%.6f", figure);
  return out + "\n";
}

}  // namespace

std::string figure_text(double figure) {
  return figure < 0 ? "-" : host::formatted("%.4f", figure);
}

std::string difference_text(double figure, double other) {
  return figure < 0 || other < 0 ? "-" : host::formatted("%+.4f", figure - other);
}

std::string to_text(const Report& report) {
  std::string out;
  for (const auto& [name, value] : report.facts) {
    out += host::formatted("%-14s %s\n", name.c_str(), value.c_str());
  }
  out += '\n';
  if (report.against) out += host::formatted("%67s  %8s  difference\n", "", "against");
  for (size_t f = 0; f < kFigures; ++f) {
    const double figure = report.subject.evaluation.figures[f];
    out += host::formatted("%-6s %-54s %s", kFigureNames[f].key, kFigureNames[f].text,
                           figure_text(figure).c_str());
    if (report.against) {
      const double other = report.against->evaluation.figures[f];
      out += host::formatted("  %8s  %10s", figure_text(other).c_str(),
                             difference_text(figure, other).c_str());
    }
    out += '\n';
  }
  if (report.per_class) out += text_classes(report);
  for (const std::string& note : report.dataset.notes) out += "NOTE: " + note + "\n";
  return out;
}

std::string to_markdown(const Report& report) {
  std::string out;
  for (const auto& [name, value] : report.facts) out += "- " + name + ": " + value + "\n";
  for (const std::string& note : report.dataset.notes) out += "- **" + note + "**\n";
  out += report.against ? "\n| | what | value | against | difference |\n|---|---|---:|---:|---:|\n"
                        : "\n| | what | value |\n|---|---|---:|\n";
  for (size_t f = 0; f < kFigures; ++f) {
    const double figure = report.subject.evaluation.figures[f];
    out += host::formatted("| %s | %s | %s |", kFigureNames[f].key, kFigureNames[f].text,
                           figure_text(figure).c_str());
    if (report.against) {
      const double other = report.against->evaluation.figures[f];
      out += cell(figure_text(other)) + cell(difference_text(figure, other));
    }
    out += '\n';
  }
  if (report.per_class) out += markdown_classes(report);
  return out;
}

std::string to_csv(const Report& report) {
  std::string out = "name,class,objects";
  for (const FigureName& name : kFigureNames) out += host::formatted(",%s", name.key);
  out += '\n';
  const size_t truths = object_count(report.dataset);
  out += csv_row(report.subject.name, "all", truths, report.subject.evaluation.figures);
  if (report.against) {
    out += csv_row(report.against->name, "all", truths, report.against->evaluation.figures);
  }
  if (!report.per_class) return out;
  const std::vector<Row> rows = class_rows(report);
  for (const Row& row : rows)
    out += csv_row(report.subject.name, row.name, row.truths, row.figures);
  if (report.against) {
    for (const Row& row : rows) {
      out += csv_row(report.against->name, row.name, row.truths, row.other);
    }
  }
  return out;
}

std::string to_json(const Report& report) {
  host::JsonWriter json;
  json.begin_object();
  json.key("name").value(report.subject.name);
  write_figures(report.subject.evaluation.figures, &json);
  if (report.against) write_against(report, &json);
  json.key("pictures").value(static_cast<int64_t>(report.dataset.pictures.size()));
  json.key("objects").value(static_cast<int64_t>(object_count(report.dataset)));
  json.key("facts").begin_object();
  for (const auto& [name, value] : report.facts) json.key(name).value(value);
  json.end_object();
  json.key("notes").begin_array();
  for (const std::string& note : report.dataset.notes) json.value(note);
  json.end_array();
  if (report.per_class) write_classes(report, &json);
  json.end_object();
  return json.finish();
}

}  // namespace linnet::bench::accuracy
