// Writes .lnt files for tests: valid ones by default, and any part can be wrong on purpose. It
// shares no code with the converter's emitter, so each checks the other.
//
//   ModelBuilder b;
//   const int x = b.tensor("x", 16);
//   b.conv(b.whole(0), b.whole(x), window(3, 2, 1), {Activation::relu});
//   …three heads…
//   const AlignedBytes file(b.build());
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/format.h"

namespace linnet::test {

using ViewSpec = std::vector<format::Segment>;

format::Segment segment(int tensor, int channel, int channels, int upsample_shift = 0);

struct WindowSpec {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;
  int taps() const { return kernel_h * kernel_w; }
};
WindowSpec window(int kernel, int stride = 1, int pad = 0, int dilation = 1);

// Weights of a layer, OIHW over the views' channels (depthwise: [channels][taps]), and biases.
struct Weights {
  std::vector<float> values, bias;
};
// `count` floats in [-scale, scale), the same for the same seed on every machine.
std::vector<float> random_floats(size_t count, float scale, uint32_t seed);

class ModelBuilder {
 public:
  ModelBuilder();

  // --- header; the defaults are a native size of 64x64, stride 32, one class "thing" ------------
  ModelBuilder& name(const std::string& text);
  ModelBuilder& native_size(int height, int width);
  ModelBuilder& max_stride(int stride);
  ModelBuilder& classes(std::vector<std::string> names);

  // --- tensors; 0 is the input with 3 channels ---------------------------------------------------
  int tensor(const std::string& name, int channels, format::DType type = format::kF32);
  void input_type(format::DType type) { tensors_[0].type = type; }
  format::DType type(int tensor) const;
  int channels(int tensor) const;
  ViewSpec whole(int tensor, int upsample_shift = 0) const;

  // --- nodes, in execution order. Each returns its index. On int8 tensors weights, zero points,
  // --- multipliers and tables are made up. The second form of conv and dwconv makes
  // --- up weights from the node's index, scaled so that signals neither die nor explode.
  // ----------
  int conv(ViewSpec in, ViewSpec out, WindowSpec w, Weights weights, Epilogue epilogue = {});
  int conv(ViewSpec in, ViewSpec out, WindowSpec w, Epilogue epilogue = {});
  // 3x3, stride 1; tile 2 or 4.
  int winograd_conv(ViewSpec in, ViewSpec out, WindowSpec w, int tile, Epilogue epilogue = {});
  int dwconv(ViewSpec in, ViewSpec out, WindowSpec w, Weights weights, Epilogue epilogue = {});
  int dwconv(ViewSpec in, ViewSpec out, WindowSpec w, Epilogue epilogue = {});
  int max_pool(ViewSpec in, ViewSpec out, WindowSpec w);
  int avg_pool(ViewSpec in, ViewSpec out, WindowSpec w, bool count_padding);
  int global_avg_pool(ViewSpec in, ViewSpec out);
  int add(ViewSpec a, ViewSpec b, ViewSpec out, Epilogue epilogue = {});
  int mul(ViewSpec a, ViewSpec b, ViewSpec out, Epilogue epilogue = {});
  int activation(ViewSpec in, ViewSpec out, Epilogue epilogue);
  int copy(ViewSpec in, ViewSpec out);
  int concat(ViewSpec in, ViewSpec out);
  int channel_shuffle(ViewSpec in, ViewSpec out, int groups);
  int upsample(ViewSpec in, ViewSpec out, int factor);
  int space_to_depth(ViewSpec in, ViewSpec out, int block);
  int quantize(ViewSpec in, ViewSpec out);
  int dequantize(ViewSpec in, ViewSpec out);

  // --- heads, by rising stride -------------------------------------------------------------------
  void head(int tensor, int stride, std::vector<std::pair<float, float>> anchors);

  // The file. Throws std::logic_error only if the caller's views and weights do not fit together.
  std::vector<uint8_t> build() const;

 private:
  struct NodeSpec {
    format::Node record{};
    std::vector<ViewSpec> operands;
    ViewSpec output;
    std::vector<uint8_t> packed;
  };
  struct HeadSpec {
    int tensor, stride;
    std::vector<std::pair<float, float>> anchors;
  };
  struct TensorSpec {
    std::string name;
    int channels;
    format::DType type = format::kF32;
  };

  NodeSpec& append(format::OpCode op, std::vector<ViewSpec> operands, ViewSpec output,
                   Epilogue epilogue = {}, int parameter = 0);
  bool is_s8(const ViewSpec& view) const { return type(view[0].tensor) == format::kS8; }
  void pack_conv_s8(NodeSpec* node) const;
  void pack_dwconv_s8_layer(NodeSpec* node) const;
  void set_outputs_s8(uint32_t seed, NodeSpec* node) const;
  void add_table(uint32_t seed, NodeSpec* node) const;
  int last_node() const { return static_cast<int>(nodes_.size()) - 1; }
  Weights made_up_weights(size_t outputs, size_t inputs, size_t taps) const;

  std::string name_ = "test";
  int native_height_ = 64, native_width_ = 64, max_stride_ = 32;
  std::vector<std::string> classes_ = {"thing"};
  std::vector<TensorSpec> tensors_;
  std::vector<NodeSpec> nodes_;
  std::vector<HeadSpec> heads_;
};

// Memory at a 64-byte aligned address, for a copy of a file or an arena; it has no byte more, so
// that AddressSanitizer sees every read beyond it.
class AlignedBytes {
 public:
  explicit AlignedBytes(const std::vector<uint8_t>& bytes);
  AlignedBytes(size_t size, uint8_t fill);
  uint8_t* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(uint8_t* memory) const { std::free(memory); }
  };
  std::unique_ptr<uint8_t, Free> data_;
  size_t size_;
};

// Sets file_bytes and crc32 to what the bytes ask for. Does nothing to a file shorter than a
// header.
void fix_crc(uint8_t* file, size_t bytes);
void fix_crc(std::vector<uint8_t>* file);

}  // namespace linnet::test
