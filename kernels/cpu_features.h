// What this CPU can run.
#pragma once

#include <cstdint>

namespace linnet {

// Mask of cpu:: bits. Asks the CPU (x86) or the kernel (ARM Linux); on bare metal, what the
// compiler was told. Cheap, keeps no state.
uint32_t cpu_features_available();

}  // namespace linnet
