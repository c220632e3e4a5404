// A model file opened for one input size: pictures in, boxes out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "host/arena_session.h"
#include "host/file.h"
#include "host/image.h"
#include "host/npy.h"

namespace linnet::detect {

// Milliseconds of each part.
struct Times {
  double load = 0;                    // reading and decoding the file; filled by the caller
  double letterbox = 0, network = 0;  // network: with decoding
};

// Throws std::runtime_error with one line if the library refuses.
class Detector {
 public:
  // Reads and verifies the file; open() comes before detecting.
  explicit Detector(const std::string& path);

  // height, width: 0 = the model's native size.
  void open(int height, int width, int threads);

  const linnet_model_info& info() const { return info_; }
  const std::vector<std::string>& class_names() const { return class_names_; }

  std::vector<linnet_box> detect(const host::Image& image, const linnet_detect_options& options,
                                 Times* times);
  // tensor: [1,3,H,W] of the size that was opened; boxes are in its pixels.
  std::vector<linnet_box> detect(const host::NpyArray& tensor, const linnet_detect_options& options,
                                 Times* times);
  // Before detecting: compute all logits, so that write_heads() can follow.
  void keep_heads() { all_heads_ = true; }
  // Of the last detect(), as [1, anchors, H, W, 5 + classes].
  void write_heads(const std::string& prefix) const;

 private:
  std::vector<linnet_box> run(const float* input, const linnet_detect_options& options,
                              Times* times);

  std::string path_;
  host::AlignedFile file_;
  linnet_model model_{};
  linnet_model_info info_{};
  std::vector<std::string> class_names_;
  host::ArenaSession session_;
  bool all_heads_ = false;
  std::array<linnet_tensor, LINNET_HEADS> heads_{};
};

}  // namespace linnet::detect
