// Runs a converted model, as a user of the library does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/image.h"
#include "linnet/linnet.h"

namespace linnet::test {

// Folder with real weights and references, empty if it is not there.
std::string test_data();

// A model file, open at one size with one thread. Throws std::runtime_error if it is none.
class Runner {
 public:
  Runner(const std::vector<uint8_t>& file, int height, int width);

  // Logits of one head as [A, H, W, 5 + classes].
  std::vector<float> head(int index) const;
  // NHWC R G B in 0..1, or a picture through the letterbox.
  void run(const std::vector<float>& input);
  void run(const host::Image& picture);
  std::vector<linnet_box> decode(const linnet_detect_options& options);
  size_t arena_bytes() const { return arena_.size() * sizeof(Line); }
  const linnet_model& model() const { return model_; }

 private:
  struct alignas(LINNET_ALIGNMENT) Line {
    unsigned char bytes[LINNET_ALIGNMENT];
  };
  std::vector<Line> file_, arena_;
  linnet_model model_{};
  linnet_session* session_ = nullptr;
  linnet_tensor heads_[LINNET_HEADS]{};
};

}  // namespace linnet::test
