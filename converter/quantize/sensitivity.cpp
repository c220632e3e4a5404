#include "converter/quantize/sensitivity.h"

#include <algorithm>
#include <cmath>

namespace linnet::converter {

std::vector<LayerCost> layer_costs(const QuantizeInput& input, const std::vector<Layer>& layers,
                                   const HeadEvaluator& evaluator, const ProgressCall& progress) {
  std::vector<LayerCost> costs(layers.size());
  double all_work = 0;
  for (size_t i = 0; i < layers.size(); ++i) {
    costs[i].work_share = layers[i].computes ? evaluator.work(layers[i].first) : 0;
    all_work += costs[i].work_share;
  }
  for (size_t i = 0; i < layers.size(); ++i) {
    costs[i].work_share /= std::max(all_work, 1.0);
    if (progress) progress("sensitivity", i, layers.size());
    if (!layers[i].can_be_int8 || !layers[i].computes) continue;
    std::vector<bool> others(layers.size(), true);
    others[i] = false;
    const QuantizedProgram alone =
        quantize_program(input, steps_of(input.split, layers, others), BufferTypes::floats);
    costs[i].alone = evaluator.error_of(alone.program);
  }
  return costs;
}

namespace {

class MixedSearch {
 public:
  MixedSearch(const QuantizeInput& input, const std::vector<Layer>& layers,
              const HeadEvaluator& evaluator, const std::vector<LayerCost>& costs,
              const std::vector<bool>& keep_float, const ProgressCall& progress)
      : input_(input),
        layers_(layers),
        evaluator_(evaluator),
        keep_float_(keep_float),
        progress_(progress) {
    for (size_t i = 0; i < layers.size(); ++i) {
      if (costs[i].alone.noise > 0 && !keep_float[i]) order_.push_back(i);
    }
    const double fixed = 1.0 / static_cast<double>(layers.size());
    const auto gain = [&](size_t i) {
      return costs[i].alone.noise / (fixed + costs[i].work_share);
    };
    std::stable_sort(order_.begin(), order_.end(),
                     [&](size_t a, size_t b) { return gain(a) > gain(b); });
  }

  MixedChoice run(double budget) {
    result_.budget = budget;
    // The bisection, the first and the last program; those that give layers back come later.
    expected_ =
        2 + static_cast<size_t>(std::ceil(std::log2(static_cast<double>(order_.size()) + 1)));
    result_.before = result_.after = try_layers({});
    result_.met = result_.before.score <= budget;
    if (result_.met || order_.empty()) return result_;
    if (!accept(order_)) return result_;
    result_.met = true;
    find_shortest_beginning();
    give_back();
    return result_;
  }

 private:
  HeadError try_layers(const std::vector<size_t>& kept) {
    if (progress_) {
      progress_("auto-mixed", static_cast<size_t>(result_.tried),
                std::max(expected_, static_cast<size_t>(result_.tried) + 1));
    }
    ++result_.tried;
    std::vector<bool> floats = keep_float_;
    for (const size_t i : kept) floats[i] = true;
    return evaluator_.error_of(
        quantize_program(input_, steps_of(input_.split, layers_, floats)).program);
  }

  bool accept(const std::vector<size_t>& kept) {
    const HeadError error = try_layers(kept);
    if (error.score > result_.budget) return false;
    result_.kept = kept;
    result_.after = error;
    return true;
  }

  void find_shortest_beginning() {
    size_t too_few = 0;
    while (result_.kept.size() - too_few > 1) {
      const size_t middle = (too_few + result_.kept.size()) / 2;
      if (!accept({order_.begin(), order_.begin() + static_cast<ptrdiff_t>(middle)})) {
        too_few = middle;
      }
    }
  }

  void give_back() {
    expected_ = static_cast<size_t>(result_.tried) + result_.kept.size();
    const std::vector<size_t> all = result_.kept;
    for (auto layer = all.rbegin(); layer != all.rend(); ++layer) {
      std::vector<size_t> fewer = result_.kept;
      std::erase(fewer, *layer);
      accept(fewer);
    }
  }

  const QuantizeInput& input_;
  const std::vector<Layer>& layers_;
  const HeadEvaluator& evaluator_;
  const std::vector<bool>& keep_float_;
  const ProgressCall& progress_;
  std::vector<size_t> order_;
  MixedChoice result_;
  size_t expected_ = 0;
};

}  // namespace

MixedChoice choose_mixed(const QuantizeInput& input, const std::vector<Layer>& layers,
                         const HeadEvaluator& evaluator, const std::vector<LayerCost>& costs,
                         const std::vector<bool>& keep_float, double budget,
                         const ProgressCall& progress) {
  return MixedSearch(input, layers, evaluator, costs, keep_float, progress).run(budget);
}

}  // namespace linnet::converter
