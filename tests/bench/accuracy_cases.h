// Small data sets made by hand.
#pragma once

#include "bench/accuracy/evaluate.h"
#include "host/format.h"

namespace linnet::test {

// Objects and detections, added one by one.
struct Case {
  explicit Case(size_t pictures = 1, size_t categories = 1) {
    for (size_t i = 0; i < pictures; ++i) {
      data.pictures.push_back(
          {static_cast<int64_t>(i + 1), host::formatted("p%zu", i), "", 640, 480});
    }
    for (size_t i = 0; i < categories; ++i) {
      data.categories.push_back({static_cast<int64_t>(10 * i + 10), host::formatted("c%zu", i)});
    }
  }
  Case& is(bench::accuracy::Box box, size_t picture = 0, size_t category = 0) {
    data.truths.push_back({picture, category, box, box.area(), false});
    return *this;
  }
  Case& crowd(bench::accuracy::Box box, size_t picture = 0, size_t category = 0) {
    is(box, picture, category);
    data.truths.back().crowd = true;
    return *this;
  }
  Case& found(bench::accuracy::Box box, double score, size_t picture = 0, size_t category = 0) {
    detections.push_back({picture, category, box, score});
    return *this;
  }
  bench::accuracy::Evaluation evaluation(int threads = 1) const {
    host::ThreadPool pool(threads);
    return bench::accuracy::evaluate(data, detections, &pool);
  }
  // By its name in kFigureNames.
  double figure(const std::string& key) const {
    for (size_t f = 0; f < bench::accuracy::kFigures; ++f) {
      if (key == bench::accuracy::kFigureNames[f].key) return evaluation().figures[f];
    }
    return -2;
  }

  bench::accuracy::Dataset data;
  std::vector<bench::accuracy::Detection> detections;
};

}  // namespace linnet::test
