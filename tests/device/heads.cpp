#include "tests/device/heads.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "host/arena_session.h"
#include "host/isa.h"
#include "host/npy.h"
#include "model/crc32.h"

namespace linnet::test {

std::vector<float> read_reference_input(const std::string& path) {
  const host::NpyArray nchw = host::read_npy(path);
  const size_t pixels = nchw.data.size() / 3;
  std::vector<float> nhwc(nchw.data.size());
  for (size_t p = 0; p < pixels; ++p) {
    for (size_t c = 0; c < 3; ++c) nhwc[p * 3 + c] = nchw.data[c * pixels + p];
  }
  return nhwc;
}

Distance compare_heads(const Runner& runner, const std::string& prefix) {
  Distance distance;
  for (int i = 0; i < LINNET_HEADS; ++i) {
    const host::NpyArray expected = host::read_npy(prefix + "-head" + std::to_string(i) + ".npy");
    const std::vector<float> found = runner.head(i);
    EXPECT_EQ(expected.data.size(), found.size());
    for (size_t k = 0; k < std::min(found.size(), expected.data.size()); ++k) {
      distance.worst = std::max(distance.worst, std::abs(double{found[k]} - expected.data[k]));
      distance.largest = std::max(distance.largest, std::abs(double{expected.data[k]}));
    }
  }
  return distance;
}

uint32_t heads_crc(const linnet_model& model, uint32_t cpu_features, int threads,
                   const std::vector<host::Image>& pictures) {
  linnet_config config = linnet_config_default();
  config.height = config.width = 320;
  config.cpu_features = cpu_features;
  host::ArenaSession session;
  session.open(model, config, threads, "int8");
  std::vector<uint8_t> all;
  for (const host::Image& picture : pictures) {
    linnet_tensor heads[LINNET_HEADS];
    session.check(session->letterbox(picture.view()));
    session.check(session->run(nullptr, heads));
    for (const linnet_tensor& head : heads) {
      const auto* first = reinterpret_cast<const uint8_t*>(head.data);
      const auto bytes = static_cast<size_t>(head.height) * static_cast<size_t>(head.width) *
                         head.pixel_stride * sizeof(float);
      all.insert(all.end(), first, first + bytes);
    }
  }
  return crc32(0, all.data(), all.size());
}

std::vector<std::string> int8_isas() {
  std::vector<std::string> names;
  for (const char* name : {"scalar", "neon", "dotprod", "i8mm", "avx2", "avxvnni", "avx512vnni"}) {
    try {
      (void)host::cpu_features_of(name, linnet_cpu_features());
      names.emplace_back(name);
    } catch (const std::exception&) {
      continue;  // not on this machine
    }
  }
  return names;
}

void expect_same_bits_everywhere(const linnet_model& model,
                                 const std::vector<host::Image>& pictures, uint32_t expected) {
  for (const std::string& isa : int8_isas()) {
    const uint32_t features = host::cpu_features_of(isa, linnet_cpu_features());
    EXPECT_EQ(heads_crc(model, features, 1, pictures), expected) << isa;
  }
  for (const int threads : {1, 2, 4}) {
    EXPECT_EQ(heads_crc(model, 0, threads, pictures), expected) << threads << " threads";
  }
}

}  // namespace linnet::test
