#include "converter/quantize/head_evaluator.h"

#include <utility>

#include "converter/quantize/value_flow.h"

namespace linnet::converter {

HeadEvaluator::HeadEvaluator(const Graph& graph, const Program& floats,
                             std::vector<const host::Image*> pictures, const RunOptions& options)
    : graph_(graph), pictures_(std::move(pictures)), options_(options) {
  ProgramRun run(graph, floats, options);
  for (const host::Image* picture : pictures_) {
    run.run(*picture);
    reference_.push_back(run.heads());
  }
  for (const Step& step : floats.steps) {
    const linnet_tensor made = run.tensor(step.output[0].tensor);
    const double pixels = static_cast<double>(made.height) * made.width;
    work_.push_back(pixels * (step.weights.empty() ? channel_count(step.output)
                                                   : static_cast<double>(step.weights.size())));
  }
}

HeadError HeadEvaluator::error_of(const Program& program) const {
  ProgramRun run(graph_, program, options_);
  HeadComparison comparison(graph_);
  for (size_t i = 0; i < pictures_.size(); ++i) {
    run.run(*pictures_[i]);
    comparison.add(reference_[i], run.heads());
  }
  return comparison.result();
}

}  // namespace linnet::converter
