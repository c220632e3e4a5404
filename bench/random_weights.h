// Weights for a network that has none: seeded random numbers that keep signals from layer to layer
// at the same size.
#pragma once

#include <cstdint>

#include "model/model_view.h"

namespace linnet::bench {

// Fills the weight regions of all nodes of a file whose tables are complete. The same numbers for
// the same seed on every machine. Heads say "no object" nearly everywhere, as a trained detector
// does.
void fill_with_random_weights(const ModelView& model, uint32_t seed);

}  // namespace linnet::bench
