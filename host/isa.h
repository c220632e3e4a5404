// LINNET_ISA in the environment of the host programs: which instruction sets the kernels may use.
#pragma once

#include <cstdint>
#include <string>

namespace linnet::host {

// The mask for linnet_config::cpu_features that LINNET_ISA asks for: "scalar", "neon", "dotprod",
// "i8mm", "avx2", "avx512", "avxvnni" or "avx512vnni", each with all that it builds upon; 0 if it
// is not set or empty. Throws UsageError for a name that is unknown or that this CPU lacks.
uint32_t cpu_features_from_environment();
uint32_t cpu_features_of(const std::string& isa, uint32_t available);

// What the engine makes of linnet_config::cpu_features on this CPU.
uint32_t usable_cpu_features(uint32_t mask);

// Names of the features in the mask, "scalar" if there is none.
std::string cpu_feature_names(uint32_t features);

}  // namespace linnet::host
