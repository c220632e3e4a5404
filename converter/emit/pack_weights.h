// A step's weights as the kernels read them.
#pragma once

#include <cstdint>
#include <vector>

#include "converter/ir/program.h"

namespace linnet::converter {

// The weight region of a step that has one: the layout follows from the op and the type of what it
// reads (format::layout_of).
std::vector<uint8_t> pack_weights(const Step& step, const std::vector<Buffer>& buffers);

// Whether RequantizeS8::small holds for a convolution that these are the weights of.
bool has_small_sums(const Step& step, const std::vector<Buffer>& buffers,
                    const std::vector<uint8_t>& packed);

}  // namespace linnet::converter
