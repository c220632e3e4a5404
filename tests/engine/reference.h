// What a model means, written without regard to speed: one loop nest per operator, in double, on
// tensors of their own (no memory planning, no pointer tables). The engine is compared with it.
#pragma once

#include <vector>

#include "model/model_view.h"

namespace linnet::test {

// One tensor, all channels of all pixels.
struct Map {
  int height = 0, width = 0, channels = 0;
  std::vector<double> values;

  Map() = default;
  Map(int h, int w, int c)
      : height(h),
        width(w),
        channels(c),
        values(static_cast<size_t>(h) * static_cast<size_t>(w) * static_cast<size_t>(c)) {}
  size_t index(int y, int x, int c) const {
    return (static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)) *
               static_cast<size_t>(channels) +
           static_cast<size_t>(c);
  }
  double& at(int y, int x, int c) { return values[index(y, x, c)]; }
  double at(int y, int x, int c) const { return values[index(y, x, c)]; }
};

class Reference {
 public:
  // file: verified. input: [height][width][3].
  Reference(const void* file, int height, int width, const float* input);

  // Runs node `index`; call with 0, 1, 2, ….
  void step(int index);
  void run();
  Map& tensor(int index) { return tensors_[static_cast<size_t>(index)]; }

 private:
  Map read(const View& view) const;
  void write(const View& view, const Map& map);
  Map evaluate(const format::Node& node) const;
  Map evaluate_op(const format::Node& node, const Map& in) const;
  Map conv2d(const format::Node& node, const Map& in) const;
  Map winograd_conv2d(const format::Node& node, const Map& in) const;
  Map dwconv2d(const format::Node& node, const Map& in) const;
  // tests/engine/reference_s8.cpp; exact, to the bit.
  Map evaluate_s8(const format::Node& node, const Map& in) const;
  Map conv2d_s8(const format::Node& node, const Map& in) const;
  Map dwconv2d_s8(const format::Node& node, const Map& in) const;
  Map add_s8(const format::Node& node, const Map& in) const;
  format::DType type_of(const View& view) const {
    return static_cast<format::DType>(model_.tensor(view.segments[0].tensor).dtype);
  }

  ModelView model_;
  std::vector<Map> tensors_;
};

double reference_activation(double x, const format::Node& node);

}  // namespace linnet::test
