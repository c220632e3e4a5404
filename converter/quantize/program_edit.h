// What passes over quantized programs share: parts of views, and buffers that nothing makes.
#pragma once

#include <cstddef>
#include <vector>

#include "converter/ir/program.h"

namespace linnet::converter {

// Channels [first, end) of a view.
std::vector<format::Segment> part_of(const std::vector<format::Segment>& view, size_t first,
                                     size_t end);

// Takes away the buffers that no step writes to, except the input, and renumbers the others.
void drop_unused_buffers(Program* program);

}  // namespace linnet::converter
