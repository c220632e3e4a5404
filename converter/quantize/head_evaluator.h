// What a program's heads give on some pictures, against those of the program in floats.
#pragma once

#include "converter/quantize/head_error.h"

namespace linnet::converter {

class HeadEvaluator {
 public:
  // Runs `floats` on the pictures, which must outlive this.
  HeadEvaluator(const Graph& graph, const Program& floats, std::vector<const host::Image*> pictures,
                const RunOptions& options);

  HeadError error_of(const Program& program) const;
  size_t pictures() const { return pictures_.size(); }
  // Multiplications of a step of `floats`; of one without weights the values that it makes.
  double work(int step) const { return work_[static_cast<size_t>(step)]; }

 private:
  const Graph& graph_;
  std::vector<const host::Image*> pictures_;
  RunOptions options_;
  std::vector<HeadValues> reference_;
  std::vector<double> work_;
};

}  // namespace linnet::converter
