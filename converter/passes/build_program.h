// The last pass: from the graph to buffers and steps, with the weights permuted to the views.
#pragma once

#include "converter/ir/program.h"

namespace linnet::converter {

// `graph` has gone through run_passes(). With `views` false every value gets a buffer of its own
// and every data movement stays a step.
Program build_program(const Graph& graph, bool views);

std::string to_text(const Program& program);

}  // namespace linnet::converter
