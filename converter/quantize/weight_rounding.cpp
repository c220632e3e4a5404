#include "converter/quantize/weight_rounding.h"

#include <algorithm>
#include <cmath>

namespace linnet::converter {
namespace {

// Of the mean variance: keeps values that always go together from taking errors of any size, and
// what was seen on a few thousand patches from being believed too much.
constexpr double kDamping = 0.01;
// Of the inputs' own rounding, evenly spread over a step.
constexpr double kRoundingVariance = 1.0 / 12;

// The upper triangle R of a positive definite matrix R^T R, in place, row by row. least: no
// eigenvalue is below it, but for rounding.
void factorize(size_t n, double least, std::vector<double>* matrix) {
  for (size_t i = 0; i < n; ++i) {
    double* row = matrix->data() + i * n;
    const double root = std::sqrt(std::max(row[i], least));
    row[i] = root;
    for (size_t j = i + 1; j < n; ++j) row[j] /= root;
    for (size_t k = i + 1; k < n; ++k) {
      double* below = matrix->data() + k * n;
      for (size_t j = k; j < n; ++j) below[j] -= row[k] * row[j];
    }
  }
}

}  // namespace

WeightRounding::WeightRounding(const PatchMoments& moments, const std::vector<double>& steps,
                               bool centered) {
  const auto moment = [&](size_t block, size_t i, size_t j) {
    const double constant = centered ? 0 : moments.mean(i) * moments.mean(j);
    return (moments.covariance(block, i, j) + constant) / (steps[i] * steps[j]);
  };
  for (size_t b = 0; b + 1 < moments.blocks().size(); ++b) {
    const size_t first = moments.blocks()[b], n = moments.blocks()[b + 1] - first;
    Block& block = blocks_.emplace_back(Block{first, n, std::vector<float>(n * n)});
    double trace = 0;
    for (size_t i = first; i < first + n; ++i) trace += moment(b, i, i);
    const double damping = kRoundingVariance + kDamping * trace / static_cast<double>(n);
    std::vector<double> matrix(n * n);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = i; j < n; ++j) {
        matrix[i * n + j] = moment(b, block.value(i), block.value(j)) + (i == j ? damping : 0);
      }
    }
    factorize(n, damping, &matrix);
    for (size_t i = 0; i < n; ++i) {
      for (size_t j = i + 1; j < n; ++j) {
        block.ratios[i * n + j] = static_cast<float>(matrix[i * n + j] / matrix[i * n + i]);
      }
    }
  }
}

void WeightRounding::round(double most, std::vector<double>* weights) const {
  for (const Block& block : blocks_) {
    std::vector<double> errors(block.size);
    for (size_t i = block.size; i-- > 0;) {
      const float* ratios = block.ratios.data() + i * block.size;
      double& weight = (*weights)[block.value(i)];
      double wanted = weight;
      for (size_t j = i + 1; j < block.size; ++j)
        wanted += static_cast<double>(ratios[j]) * errors[j];
      const double rounded = std::clamp(std::nearbyint(wanted), -most, most);
      errors[i] = weight - rounded;
      weight = rounded;
    }
  }
}

}  // namespace linnet::converter
