// How far the heads of two networks are apart, where it matters to who reads the boxes.
#pragma once

#include <cstdint>
#include <vector>

#include "converter/quantize/program_run.h"

namespace linnet::converter {

// Over the cells that matter: those whose objectness is above kLowObjectness in either network; on
// a picture without one, the kLeastCells that come nearest.
inline constexpr double kLowObjectness = 0.05;
inline constexpr size_t kLeastCells = 20;

struct HeadError {
  int64_t cells = 0;
  double score = 0;   // mean over cells of the largest difference of a class's score, 0 to 1
  double box = 0;     // mean over cells of 1 - IoU of the two boxes
  double noise = 0;   // mean over cells of the squared differences of all that decoding reads: the
                      // sigmoids of the logits
  double snr_db = 0;  // of these sigmoids; infinite if all are the same
};

class HeadComparison {
 public:
  explicit HeadComparison(const Graph& graph) : graph_(graph) {}

  // One picture.
  void add(const HeadValues& reference, const HeadValues& other);
  HeadError result() const;

 private:
  struct Cell;
  void add_cell(const Cell& cell);
  std::vector<Cell> cells_that_matter(const HeadValues& reference, const HeadValues& other) const;

  const Graph& graph_;
  HeadError sums_;
  double signal_ = 0;
};

}  // namespace linnet::converter
