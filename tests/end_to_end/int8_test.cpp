// int8 with real weights: the same bits on every instruction set and for every number of threads.
//
// LINNET_INT8_MODELS=DIR keeps the models and the CRCs of their heads in DIR, and compares with
// those that are there already: so that a build for another architecture runs the very files that
// this one made (.ci/run does it).
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "converter/convert.h"
#include "host/arena_session.h"
#include "host/file.h"
#include "host/isa.h"
#include "host/picture_list.h"
#include "model/crc32.h"
#include "tests/end_to_end/runner.h"

namespace linnet::test {
namespace {

constexpr const char* kNetworks[] = {"v5lite-s.param", "v5lite-e-c3.param", "yolov5-lite.pt"};
constexpr int kCalibrationPictures = 16;  // bits are tested here, not accuracy

std::string kept_path(const std::string& network, const char* extension) {
  const char* folder = std::getenv("LINNET_INT8_MODELS");
  return folder == nullptr ? "" : std::string(folder) + "/" + network + extension;
}

std::vector<uint8_t> quantized(const std::string& network) {
  const std::string kept = kept_path(network, ".lnt");
  if (!kept.empty() && std::filesystem::exists(kept)) return host::read_file(kept);
  converter::ConvertOptions options;
  options.int8.emplace();
  options.int8->pictures = host::list_pictures({test_data() + "/coco/calib"});
  options.int8->pictures.resize(kCalibrationPictures);
  const std::string source = test_data() + "/models/" + network;
  return converter::convert(converter::import_file(source, options.import), options).file;
}

// Builds for other architectures may read no PNG, so the pictures are kept too, as PPM.
std::vector<host::Image> reference_inputs() {
  std::vector<host::Image> pictures;
  for (const auto& path : host::list_pictures({test_data() + "/reference/inputs"})) {
    const std::string kept = kept_path(host::file_stem(path), ".ppm");
    if (!kept.empty() && std::filesystem::exists(kept)) {
      pictures.push_back(host::read_image(kept));
      continue;
    }
    pictures.push_back(host::read_image(path));
    if (!kept.empty()) host::write_image(kept, pictures.back());
  }
  return pictures;
}

// Of the raw heads of all pictures, each letterboxed to 320x320.
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

// Masks that choose different kernels on this machine.
std::vector<std::string> isas() {
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

class Int8 : public ::testing::TestWithParam<const char*> {};

TEST_P(Int8, SameBitsEverywhere) {
  if (test_data().empty()) GTEST_SKIP() << "no test data (LINNET_TEST_DATA)";
  const std::string network = GetParam();
  if (host::readable_image_formats().find("JPEG") == std::string::npos &&
      !std::filesystem::exists(kept_path(network, ".lnt"))) {
    GTEST_SKIP()
        << "this build reads no JPEG to calibrate with, and LINNET_INT8_MODELS has no model";
  }
  const host::AlignedFile file(quantized(network));
  linnet_model model;
  ASSERT_EQ(linnet_model_verify(file.data(), file.size(), &model), LINNET_OK);
  const std::vector<host::Image> pictures = reference_inputs();
  ASSERT_FALSE(pictures.empty());

  const uint32_t expected = heads_crc(model, 0, 1, pictures);
  for (const std::string& isa : isas()) {
    const uint32_t features = host::cpu_features_of(isa, linnet_cpu_features());
    EXPECT_EQ(heads_crc(model, features, 1, pictures), expected) << isa;
  }
  for (const int threads : {2, 4}) {
    EXPECT_EQ(heads_crc(model, 0, threads, pictures), expected) << threads << " threads";
  }
  const std::string kept = kept_path(network, ".crc");
  if (kept.empty()) return;
  if (std::ifstream in(kept); in) {
    uint32_t there = 0;
    in >> there;
    EXPECT_EQ(expected, there) << kept << " is of another machine";
    return;
  }
  host::write_file_atomically(kept_path(network, ".lnt"),
                              {static_cast<const uint8_t*>(file.data()), file.size()});
  std::ofstream(kept) << expected << '\n';
}

INSTANTIATE_TEST_SUITE_P(Networks, Int8, ::testing::ValuesIn(kNetworks));

}  // namespace
}  // namespace linnet::test
