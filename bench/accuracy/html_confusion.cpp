#include <algorithm>

#include "bench/accuracy/html_sections.h"
#include "host/format.h"
#include "host/html.h"

namespace linnet::bench::accuracy {
namespace {

class MatrixDrawing {
 public:
  MatrixDrawing(const Report& report, const ConfusionMatrix& matrix)
      : report_(report), matrix_(matrix), shown_(shown_categories()) {
    // Cells as large as the page allows.
    cell_ = std::clamp(620 / static_cast<int>(shown_.size()), 9, 44);
  }

  std::string svg() const {
    const int extent = cell_ * static_cast<int>(shown_.size());
    std::string out = host::formatted(
        "<svg width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"confusion matrix\"><rect "
        "x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#f4f6f9\"/>",
        kMargin + extent + kRight, kMargin + extent + 4, kMargin, kMargin, extent, extent);
    for (size_t i = 0; i < shown_.size(); ++i) out += labels(i);
    for (size_t row = 0; row < shown_.size(); ++row) {
      for (size_t column = 0; column < shown_.size(); ++column) out += cell(row, column);
    }
    return out + "</svg>";
  }

  std::string mistakes() const {
    struct Mistake {
      size_t found_as, is, count;
    };
    std::vector<Mistake> list;
    for (const size_t found_as : shown_) {
      for (const size_t is : shown_) {
        const size_t count = matrix_.count(found_as, is);
        if (found_as != is && count != 0) list.push_back({found_as, is, count});
      }
    }
    std::stable_sort(list.begin(), list.end(),
                     [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
    constexpr size_t kShown = 15;
    std::string out = "<table><tr><th>most frequent mistakes</th><th>times</th></tr>";
    for (size_t i = 0; i < std::min(list.size(), kShown); ++i) {
      out += "<tr><td>" + words(list[i].found_as, list[i].is) + "</td><td>" +
             std::to_string(list[i].count) + "</td></tr>";
    }
    return out + "</table>";
  }

 private:
  static constexpr int kMargin = 110, kRight = 45;  // room for names

  // Those that are there or were found, and the background.
  std::vector<size_t> shown_categories() const {
    std::vector<size_t> shown;
    const size_t background = matrix_.size();
    for (size_t i = 0; i < background; ++i) {
      size_t sum = matrix_.truths(i);
      for (size_t is = 0; is <= background; ++is) sum += matrix_.count(i, is);
      if (sum != 0) shown.push_back(i);
    }
    shown.push_back(background);
    return shown;
  }

  std::string name(size_t category) const {
    return category == matrix_.size()
               ? "nothing"
               : host::html_escaped(report_.dataset.categories[category].name);
  }

  std::string words(size_t found_as, size_t is) const {
    if (found_as == matrix_.size()) return name(is) + " not found";
    if (is == matrix_.size()) return name(found_as) + " where nothing is";
    return name(is) + " taken for " + name(found_as);
  }

  int place(size_t index) const { return kMargin + cell_ * static_cast<int>(index); }

  std::string labels(size_t index) const {
    const int middle = place(index) + cell_ / 2 + 3;
    const std::string text = name(shown_[index]);
    const int size = std::clamp(cell_, 8, 12);
    return host::formatted(
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" style=\"font-size:%dpx\">%s</text>"
        "<text transform=\"translate(%d %d) rotate(-60)\" style=\"font-size:%dpx\">%s</text>",
        kMargin - 5, middle, size, text.c_str(), middle, kMargin - 5, size, text.c_str());
  }

  std::string cell(size_t row, size_t column) const {
    const size_t found_as = shown_[row], is = shown_[column];
    const size_t count = matrix_.count(found_as, is);
    if (count == 0) return "";
    const size_t all = matrix_.truths(is);
    const double share = static_cast<double>(count) / static_cast<double>(all);
    const bool background = found_as == matrix_.size() || is == matrix_.size();
    const char* const colour = found_as == is ? kBlue : background ? "#5b6875" : "#d64545";
    std::string out = host::formatted(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" opacity=\"%.2f\"><title>"
        "%s: %zu of %zu</title></rect>",
        place(column), place(row), cell_ - 1, cell_ - 1, colour, 0.15 + 0.85 * share,
        found_as == is ? (name(is) + " found").c_str() : words(found_as, is).c_str(), count, all);
    constexpr int kRoomForText = 22;
    if (cell_ >= kRoomForText) {
      out += host::formatted(
          "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" pointer-events=\"none\"%s>%zu</text>",
          place(column) + cell_ / 2, place(row) + cell_ / 2 + 4,
          share > 0.5 ? " style=\"fill:#fff\"" : "", count);
    }
    return out;
  }

  const Report& report_;
  const ConfusionMatrix& matrix_;
  std::vector<size_t> shown_;
  int cell_;
};

}  // namespace

std::string confusion_section(const Report& report,
                              const std::vector<std::vector<Pairing>>& pairings) {
  const ConfusionMatrix matrix(report.dataset, report.subject.detections, pairings);
  const MatrixDrawing drawing(report, matrix);
  return host::formatted(
             "<h2>What is taken for what</h2><p class=\"muted\">Confidence %.2f, IoU %.2f. A "
             "column is what an object is, a row what it is found as; blue is right, red is "
             "confused, grey is not found (last row) or not there (last column). The stronger, the "
             "larger the share of the column.</p><div class=\"columns\">",
             kShownConfidence, kShownIou) +
         drawing.svg() + drawing.mistakes() + "</div>";
}

}  // namespace linnet::bench::accuracy
