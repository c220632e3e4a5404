#include "converter/quantize/head_error.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace linnet::converter {
namespace {

constexpr int kObjectness = 4;
constexpr int kFirstClass = 5;

double sigmoid(float x) {
  return 1 / (1 + std::exp(-static_cast<double>(x)));
}

struct Box {
  double x, y, width, height;  // in pixels of the input, from the cell's corner
};

Box decode(const double* s, const Anchor& anchor, int stride) {
  return {(2 * s[0] - 0.5) * stride, (2 * s[1] - 0.5) * stride, 4 * s[2] * s[2] * anchor.width,
          4 * s[3] * s[3] * anchor.height};
}

double overlap(double a, double a_extent, double b, double b_extent) {
  const double begin = std::max(a - a_extent / 2, b - b_extent / 2);
  const double end = std::min(a + a_extent / 2, b + b_extent / 2);
  return std::max(end - begin, 0.0);
}

double iou(const Box& a, const Box& b) {
  const double both = overlap(a.x, a.width, b.x, b.width) * overlap(a.y, a.height, b.y, b.height);
  const double either = a.width * a.height + b.width * b.height - both;
  return either > 0 ? both / either : 1;
}

}  // namespace

// The logits of one anchor at one pixel in both networks.
struct HeadComparison::Cell {
  const float* reference;
  const float* other;
  size_t values;
  int stride;
  Anchor anchor;

  float objectness_logit() const { return std::max(reference[kObjectness], other[kObjectness]); }
};

std::vector<HeadComparison::Cell> HeadComparison::cells_that_matter(const HeadValues& reference,
                                                                    const HeadValues& other) const {
  const auto values = static_cast<size_t>(kFirstClass + graph_.class_count);
  std::vector<Cell> all, found;
  for (size_t h = 0; h < graph_.heads.size(); ++h) {
    const Head& head = graph_.heads[h];
    const size_t count = std::min(reference[h].size(), other[h].size()) / values;
    for (size_t i = 0; i < count; ++i) {
      all.push_back({reference[h].data() + i * values, other[h].data() + i * values, values,
                     head.stride, head.anchors[i % head.anchors.size()]});
    }
  }
  const double low = std::log(kLowObjectness / (1 - kLowObjectness));
  std::copy_if(all.begin(), all.end(), std::back_inserter(found),
               [&](const Cell& cell) { return cell.objectness_logit() > low; });
  if (!found.empty()) return found;
  std::stable_sort(all.begin(), all.end(), [](const Cell& a, const Cell& b) {
    return a.objectness_logit() > b.objectness_logit();
  });
  all.resize(std::min(kLeastCells, all.size()));
  return all;
}

void HeadComparison::add_cell(const Cell& cell) {
  std::vector<double> a, b;
  for (size_t i = 0; i < cell.values; ++i) {
    a.push_back(sigmoid(cell.reference[i]));
    b.push_back(sigmoid(cell.other[i]));
    signal_ += a.back() * a.back();
    sums_.noise += (a.back() - b.back()) * (a.back() - b.back());
  }
  double score = 0;
  for (auto c = static_cast<size_t>(kFirstClass); c < a.size(); ++c) {
    score = std::max(score, std::abs(a[kObjectness] * a[c] - b[kObjectness] * b[c]));
  }
  sums_.score += score;
  sums_.box += 1 - iou(decode(a.data(), cell.anchor, cell.stride),
                       decode(b.data(), cell.anchor, cell.stride));
  ++sums_.cells;
}

void HeadComparison::add(const HeadValues& reference, const HeadValues& other) {
  for (const Cell& cell : cells_that_matter(reference, other)) add_cell(cell);
}

HeadError HeadComparison::result() const {
  HeadError mean = sums_;
  const auto cells = static_cast<double>(std::max<int64_t>(sums_.cells, 1));
  mean.score /= cells;
  mean.box /= cells;
  mean.noise /= cells;
  mean.snr_db = sums_.noise > 0 ? 10 * std::log10(signal_ / sums_.noise)
                                : std::numeric_limits<double>::infinity();
  return mean;
}

}  // namespace linnet::converter
