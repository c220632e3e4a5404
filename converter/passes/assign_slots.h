// Slot assignment: in which buffer, and at which channel of it, each root's channels lie.
//
// Roots that a shuffle or a concat mixes share one buffer, a pool of channel slots. A step writes
// its output into slots whose last reader has run, so a ShuffleNet stage is updated in place: each
// branch lands in the slots that the same branch has consumed. The order of channels inside a root
// is free (the weights are permuted to match), and is chosen so that readers see few contiguous
// runs.
#pragma once

#include <vector>

#include "converter/ir/graph.h"
#include "converter/ir/program.h"
#include "converter/passes/resolve_views.h"

namespace linnet::converter {

struct Placement {
  int buffer = -1;
  std::vector<int> slot;  // one per logical channel of the root
};

struct Assignment {
  std::vector<Buffer> buffers;        // 0 is the input
  std::vector<Placement> placements;  // one per value; buffer -1 for values that are views
};

Assignment assign_slots(const Graph& graph, const Views& views);

}  // namespace linnet::converter
