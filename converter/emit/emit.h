// Writes a program as a .lnt file (model/format.h). Deterministic: same program, same bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "converter/ir/program.h"

namespace linnet::converter {

// The result has been verified: an emitter that writes what the verifier refuses is a bug, reported
// as ConvertError.
std::vector<uint8_t> emit(const Graph& graph, const Program& program);

}  // namespace linnet::converter
