// The last pass: from the graph to buffers and steps, with the weights permuted to the views.
#pragma once

#include "converter/ir/program.h"

namespace linnet::converter {

// `graph` has gone through run_passes(). With `views` false every value gets a buffer of its own
// and every data movement stays a step.
Program build_program(const Graph& graph, bool views);

// Makes 3x3 convolutions with stride 1 Winograd convolutions where that is faster.
void choose_winograd(Program* program);

std::string to_text(const Program& program);

}  // namespace linnet::converter
