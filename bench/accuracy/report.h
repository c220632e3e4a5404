// Accuracy as text, Markdown, JSON, CSV or a page.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/accuracy/dataset.h"
#include "bench/accuracy/evaluate.h"

namespace linnet::bench::accuracy {

// One set of detections: of a model or of a file.
struct Subject {
  std::string name;
  std::vector<Detection> detections;
  Evaluation evaluation;
};

struct Report {
  Dataset dataset;
  Subject subject;
  std::optional<Subject> against;                          // what it is compared with
  std::vector<std::pair<std::string, std::string>> facts;  // how it was measured
  bool per_class = false;
  size_t worst_pictures = 12;  // on the page
};

std::string to_text(const Report& report);
std::string to_markdown(const Report& report);
std::string to_csv(const Report& report);
// The twelve figures under their names; with "against" those of the other and "difference".
std::string to_json(const Report& report);
// A page that needs nothing else: figures, precision over recall, confusion matrix, the worst
// pictures.
std::string to_html(const Report& report);

// "0.1234", or "-" where no object counts.
std::string figure_text(double figure);
// "+0.0123", or "-" if one of them is missing.
std::string difference_text(double figure, double other);

}  // namespace linnet::bench::accuracy
