#include <algorithm>
#include <array>

#include "bench/accuracy/html_sections.h"
#include "host/format.h"
#include "host/html.h"

namespace linnet::bench::accuracy {
namespace {

using Curve = std::array<double, kRecalls>;

// A square of `side` whose upper left corner is (x, y).
struct Axes {
  double x, y, side;
};

std::string points(const Curve& curve, const Axes& axes) {
  std::string out;
  for (size_t r = 0; r < kRecalls; ++r) {
    out += host::formatted("%s%.1f %.1f", r == 0 ? "M" : "L", axes.x + axes.side * recall_point(r),
                           axes.y + axes.side * (1 - curve[r]));
  }
  return out;
}

// The categories with an object.
std::vector<size_t> categories_of(const Report& report) {
  std::vector<size_t> list;
  for (size_t i = 0; i < report.dataset.categories.size(); ++i) {
    if (report.subject.evaluation.categories[i].areas[0].truths != 0) list.push_back(i);
  }
  return list;
}

const Curve& curve_of(const Subject& subject, size_t category) {
  return subject.evaluation.categories[category].areas[0].precision[kThreshold50];
}

Curve mean_curve(const Subject& subject, const std::vector<size_t>& categories) {
  Curve mean{};
  for (const size_t i : categories) {
    for (size_t r = 0; r < kRecalls; ++r) mean[r] += curve_of(subject, i)[r];
  }
  for (double& x : mean) x /= static_cast<double>(std::max<size_t>(categories.size(), 1));
  return mean;
}

std::string axes_lines(const Axes& a) {
  std::string out;
  for (int i = 0; i <= 5; ++i) {
    const double part = i / 5.0, at = a.side * part;
    out += host::formatted(
        "<path d=\"M%.1f %.1fh%.1fM%.1f %.1fv%.1f\" stroke=\"#e3e8ee\" fill=\"none\"/>"
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>"
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%.1f</text>",
        a.x, a.y + at, a.side, a.x + at, a.y, a.side, a.x - 6, a.y + at + 4, 1 - part, a.x + at,
        a.y + a.side + 16, part);
  }
  return out +
         host::formatted(
             "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">recall: how many of the objects "
             "are found</text><text transform=\"translate(%.1f %.1f) rotate(-90)\" "
             "text-anchor=\"middle\">precision: how many of the detections are right</text>",
             a.x + a.side / 2, a.y + a.side + 36, a.x - 34, a.y + a.side / 2);
}

std::string mean_line(const Subject& subject, const std::vector<size_t>& categories,
                      const Axes& axes, const char* style) {
  return "<path d=\"" + points(mean_curve(subject, categories), axes) + "\" fill=\"none\" " +
         style + "><title>mean of all classes, " + host::html_escaped(subject.name) +
         "</title></path>";
}

constexpr const char* kMainLine = "stroke=\"#1d4f9c\" stroke-width=\"3\"";
constexpr const char* kOtherLine = "stroke=\"#c23a3a\" stroke-width=\"2\" stroke-dasharray=\"6 4\"";

std::string big_chart(const Report& report, const std::vector<size_t>& categories) {
  constexpr Axes kAxes{52, 8, 460};
  std::string out =
      "<svg width=\"530\" height=\"515\" role=\"img\" aria-label=\"precision over "
      "recall\">" +
      axes_lines(kAxes);
  for (const size_t i : categories) {
    out += "<path class=\"curve\" d=\"" + points(curve_of(report.subject, i), kAxes) +
           "\"><title>" + host::html_escaped(report.dataset.categories[i].name) + "</title></path>";
  }
  if (report.against) out += mean_line(*report.against, categories, kAxes, kOtherLine);
  return out + mean_line(report.subject, categories, kAxes, kMainLine) + "</svg>";
}

std::string legend_line(const std::string& text, const char* style) {
  return "<p><svg width=\"44\" height=\"10\"><path d=\"M2 5h40\" " + std::string(style) +
         "/></svg> " + text + "</p>";
}

std::string legend(const Report& report) {
  std::string out = "<div style=\"flex:1;min-width:260px\">";
  out += legend_line(host::html_escaped(report.subject.name) + ", mean of the classes", kMainLine);
  if (report.against) {
    out +=
        legend_line(host::html_escaped(report.against->name) + ", mean of the classes", kOtherLine);
  }
  out += legend_line("one class each; the pointer shows which",
                     "stroke=\"#3a7bd5\" stroke-width=\"1\" opacity=\".5\"");
  return out +
         "<p class=\"muted\">A detection is right if it overlaps an object of its class with an "
         "IoU of 0.5 or more. From left to right the confidence that is asked for falls: more "
         "objects are found, and more of what is found is wrong. The area below a line is the "
         "AP50.</p></div>";
}

std::string small_chart(const Report& report, size_t category) {
  constexpr Axes kAxes{1, 1, 98};
  const CategoryResult& result = report.subject.evaluation.categories[category];
  const double ap50 = figures_of({&result, 1})[kAp50];
  std::string difference;
  if (report.against) {
    const double other = figures_of({&report.against->evaluation.categories[category], 1})[kAp50];
    difference = host::formatted(" (%+.2f)", ap50 - other);
  }
  const std::string line = points(curve_of(report.subject, category), kAxes);
  std::string out = host::formatted(
      "<figure class=\"small\"><b>%s <i>%zu</i></b><span class=\"muted\">AP50 %.2f%s</span>",
      host::html_escaped(report.dataset.categories[category].name).c_str(), result.truths, ap50,
      difference.c_str());
  out +=
      "<svg viewBox=\"0 0 100 100\" preserveAspectRatio=\"none\" style=\"height:90px\">"
      "<rect width=\"100\" height=\"100\" fill=\"#fff\"/><path d=\"" +
      line + "L99 99L1 99Z\" fill=\"#3a7bd5\" opacity=\".18\"/><path d=\"" + line +
      "\" fill=\"none\" stroke=\"#3a7bd5\" stroke-width=\"2\" "
      "vector-effect=\"non-scaling-stroke\"/>";
  if (report.against) {
    out += "<path d=\"" + points(curve_of(*report.against, category), kAxes) +
           "\" fill=\"none\" stroke=\"#c23a3a\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\" "
           "vector-effect=\"non-scaling-stroke\"/>";
  }
  return out + "</svg></figure>";
}

}  // namespace

std::string curves_section(const Report& report) {
  std::vector<size_t> categories = categories_of(report);
  std::string out = "<h2>Precision over recall, IoU 0.5</h2><div class=\"columns\">" +
                    big_chart(report, categories) + legend(report) + "</div>";
  std::stable_sort(categories.begin(), categories.end(), [&report](size_t a, size_t b) {
    const std::vector<CategoryResult>& results = report.subject.evaluation.categories;
    return results[a].truths > results[b].truths;
  });
  out +=
      "<h2>By class</h2><p class=\"muted\">The number after a name is that of its "
      "objects in the pictures.</p><div "
      "class=\"grid\">";
  for (const size_t i : categories) out += small_chart(report, i);
  return out + "</div>";
}

}  // namespace linnet::bench::accuracy
