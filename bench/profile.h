// Where the time of a network goes: layer by layer and by type of operator.
#pragma once

#include <string>
#include <vector>

#include "bench/measurement.h"

namespace linnet::bench {

struct LayerProfile {
  std::string op, name, shape;  // shape: "40x40 60>60 3x3"
  double milliseconds = 0;      // median
  double macs = 0;              // as the layer is defined: Winograd and skipped cells count whole
  double bytes = 0;             // read and written: inputs, weights, outputs
  bool fused = false;           // runs inside the one before
  bool int8 = false;            // what it reads
};

// Multiply-adds a second of loops of independent ones, in 1e9: no kernel is faster.
struct Peaks {
  double f32_gmacs = 0, int8_gmacs = 0;
  double of(bool int8) const { return int8 ? int8_gmacs : f32_gmacs; }
};

// Where a tensor lies in the arena, and when.
struct ArenaTensor {
  std::string name;
  double offset = 0, bytes = 0;
  int first = 0, last = 0;  // nodes
};

struct Profile {
  std::string name;  // of the case
  std::vector<LayerProfile> layers;
  double letterbox_ms = 0, network_ms = 0, decode_ms = 0;
  Peaks peaks;  // measured in the same run
  std::vector<ArenaTensor> arena;
  double arena_bytes = 0;
};

// threads: 1 in the options; the hook is the profile's own.
Profile profile(const Network& network, RunnerOptions options, const Plan& plan,
                const std::string& input);
std::string to_text(const Profile& profile);

Peaks measure_peaks(uint32_t cpu_features, int threads);

}  // namespace linnet::bench
