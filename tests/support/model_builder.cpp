#include "tests/support/model_builder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <stdexcept>

#include "kernels/dwconv_f32/pack.h"
#include "kernels/dwconv_s8/pack.h"
#include "kernels/igemm_f32/pack.h"
#include "kernels/igemm_s8/pack.h"
#include "kernels/igemm_s8/small_sums.h"
#include "kernels/table_s8/table_s8.h"
#include "kernels/winograd_f32/pack.h"
#include "model/conv_segments.h"
#include "model/crc32.h"

namespace linnet::test {
namespace {

template <typename Record>
void append_record(std::vector<uint8_t>* out, const Record& record) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&record);
  out->insert(out->end(), bytes, bytes + sizeof record);
}

void align(std::vector<uint8_t>* out) {
  out->resize(round_up(out->size(), format::kAlignment), 0);
}

size_t channels_of(const ViewSpec& view) {
  size_t sum = 0;
  for (const format::Segment& s : view) sum += s.channels;
  return sum;
}

class StringTable {
 public:
  StringTable() { add(""); }
  uint32_t add(const std::string& text) {
    const auto [place, is_new] = offsets_.try_emplace(text, static_cast<uint32_t>(bytes_.size()));
    if (is_new) bytes_.insert(bytes_.end(), text.c_str(), text.c_str() + text.size() + 1);
    return place->second;
  }
  const std::vector<uint8_t>& bytes() const { return bytes_; }

 private:
  std::map<std::string, uint32_t> offsets_;
  std::vector<uint8_t> bytes_;
};

void set_window(const WindowSpec& w, format::Node* node) {
  node->kernel_h = static_cast<uint8_t>(w.kernel_h);
  node->kernel_w = static_cast<uint8_t>(w.kernel_w);
  node->stride_h = static_cast<uint8_t>(w.stride_h);
  node->stride_w = static_cast<uint8_t>(w.stride_w);
  node->dilation_h = static_cast<uint8_t>(w.dilation_h);
  node->dilation_w = static_cast<uint8_t>(w.dilation_w);
  node->pad_top = static_cast<uint8_t>(w.pad_top);
  node->pad_left = static_cast<uint8_t>(w.pad_left);
  node->pad_bottom = static_cast<uint8_t>(w.pad_bottom);
  node->pad_right = static_cast<uint8_t>(w.pad_right);
}

template <typename T>
std::vector<uint8_t> bytes_of(const std::vector<T>& values) {
  const auto* first = reinterpret_cast<const uint8_t*>(values.data());
  return {first, first + values.size() * sizeof(T)};
}

// -127 to 127.
std::vector<int8_t> random_int8(size_t count, uint32_t seed) {
  std::vector<int8_t> values;
  for (const float x : random_floats(count, 127.9f, seed)) {
    values.push_back(static_cast<int8_t>(x));
  }
  return values;
}

std::vector<int32_t> random_biases(size_t count, uint32_t seed) {
  std::vector<int32_t> values;
  for (const float x : random_floats(count, 5000, seed + 300)) {
    values.push_back(static_cast<int32_t>(x));
  }
  return values;
}

std::vector<float> positive_floats(size_t count, float scale, uint32_t seed) {
  std::vector<float> values = random_floats(count, scale, seed + 400);
  for (float& x : values) x = std::abs(x) + scale / 16;
  return values;
}

void require(bool ok, const char* what) {
  if (!ok) throw std::logic_error(what);
}

std::vector<uint8_t> assemble(format::Header header,
                              const std::vector<uint8_t> (&sections)[format::kSectionCount]) {
  std::vector<uint8_t> file(sizeof header, 0);
  for (uint32_t s = 0; s < format::kSectionCount; ++s) {
    align(&file);
    header.sections[s] = {static_cast<uint32_t>(file.size()),
                          static_cast<uint32_t>(sections[s].size())};
    file.insert(file.end(), sections[s].begin(), sections[s].end());
  }
  std::memcpy(file.data(), &header, sizeof header);
  fix_crc(&file);
  return file;
}

}  // namespace

format::Segment segment(int tensor, int channel, int channels, int upsample_shift) {
  format::Segment s{};
  s.tensor = static_cast<uint16_t>(tensor);
  s.channel = static_cast<uint16_t>(channel);
  s.channels = static_cast<uint16_t>(channels);
  s.upsample_shift = static_cast<uint8_t>(upsample_shift);
  return s;
}

WindowSpec window(int kernel, int stride, int pad, int dilation) {
  return {kernel, kernel, stride, stride, dilation, dilation, pad, pad, pad, pad};
}

std::vector<float> random_floats(size_t count, float scale, uint32_t seed) {
  std::vector<float> values(count);
  uint32_t state = seed * 2654435761u + 12345u;
  for (float& value : values) {
    state = state * 1664525u + 1013904223u;
    const float unit = static_cast<float>(state >> 8) / static_cast<float>(1u << 24);
    value = (2 * unit - 1) * scale;
  }
  return values;
}

ModelBuilder::ModelBuilder() {
  tensors_.push_back({"input", 3});
}

ModelBuilder& ModelBuilder::name(const std::string& text) {
  name_ = text;
  return *this;
}
ModelBuilder& ModelBuilder::native_size(int height, int width) {
  native_height_ = height;
  native_width_ = width;
  return *this;
}
ModelBuilder& ModelBuilder::max_stride(int stride) {
  max_stride_ = stride;
  return *this;
}
ModelBuilder& ModelBuilder::classes(std::vector<std::string> names) {
  classes_ = std::move(names);
  return *this;
}

int ModelBuilder::tensor(const std::string& name, int channels, format::DType type) {
  tensors_.push_back({name, channels, type});
  return static_cast<int>(tensors_.size()) - 1;
}

format::DType ModelBuilder::type(int tensor) const {
  return tensors_.at(static_cast<size_t>(tensor)).type;
}

int ModelBuilder::channels(int tensor) const {
  return tensors_.at(static_cast<size_t>(tensor)).channels;
}

ViewSpec ModelBuilder::whole(int tensor, int upsample_shift) const {
  return {segment(tensor, 0, channels(tensor), upsample_shift)};
}

ModelBuilder::NodeSpec& ModelBuilder::append(format::OpCode op, std::vector<ViewSpec> operands,
                                             ViewSpec output, Epilogue epilogue, int parameter) {
  NodeSpec& node = nodes_.emplace_back();
  node.record.op = op;
  node.record.activation = static_cast<uint8_t>(epilogue.activation);
  node.record.activation_alpha =
      epilogue.activation == Activation::leaky_relu ? epilogue.alpha : 0.0f;
  node.record.operand_count = static_cast<uint8_t>(operands.size());
  node.record.parameter = static_cast<uint16_t>(parameter);
  node.operands = std::move(operands);
  node.output = std::move(output);
  return node;
}

Weights ModelBuilder::made_up_weights(size_t outputs, size_t inputs, size_t taps) const {
  const float scale = std::sqrt(3.0f / static_cast<float>(inputs * taps));
  const auto seed = static_cast<uint32_t>(nodes_.size());
  return {random_floats(outputs * inputs * taps, scale, seed),
          random_floats(outputs, 0.1f, seed + 1000)};
}

int ModelBuilder::conv(ViewSpec in, ViewSpec out, WindowSpec w, Weights weights,
                       Epilogue epilogue) {
  const size_t inputs = channels_of(in);
  const size_t outputs = channels_of(out);
  const auto taps = static_cast<size_t>(w.taps());
  require(weights.values.size() == outputs * inputs * taps && weights.bias.size() == outputs,
          "conv: weights do not fit the views");
  NodeSpec& node = append(format::k_conv2d, {std::move(in)}, std::move(out), epilogue);
  set_window(w, &node.record);
  node.record.weight_layout = format::kIgemmF32N8k1;
  node.packed =
      bytes_of(pack_igemm_f32(weights.values.data(), weights.bias.data(), outputs, inputs, taps));
  return last_node();
}

int ModelBuilder::conv(ViewSpec in, ViewSpec out, WindowSpec w, Epilogue epilogue) {
  if (is_s8(in)) {
    NodeSpec& node = append(format::k_conv2d, {std::move(in)}, std::move(out));
    set_window(w, &node.record);
    pack_conv_s8(&node);
    return last_node();
  }
  Weights weights =
      made_up_weights(channels_of(out), channels_of(in), static_cast<size_t>(w.taps()));
  return conv(std::move(in), std::move(out), w, std::move(weights), epilogue);
}

int ModelBuilder::winograd_conv(ViewSpec in, ViewSpec out, WindowSpec w, int tile,
                                Epilogue epilogue) {
  const size_t inputs = channels_of(in), outputs = channels_of(out);
  const Weights weights = made_up_weights(outputs, inputs, 9);
  NodeSpec& node =
      append(format::k_winograd_conv2d, {std::move(in)}, std::move(out), epilogue, tile);
  set_window(w, &node.record);
  node.record.weight_layout = format::kWinogradF32N8k1;
  node.packed = bytes_of(
      pack_winograd_f32(tile, weights.values.data(), weights.bias.data(), outputs, inputs));
  return last_node();
}

int ModelBuilder::dwconv(ViewSpec in, ViewSpec out, WindowSpec w, Weights weights,
                         Epilogue epilogue) {
  const size_t channels = channels_of(out);
  const auto taps = static_cast<size_t>(w.taps());
  require(weights.values.size() == channels * taps && weights.bias.size() == channels,
          "dwconv: weights do not fit the views");
  NodeSpec& node = append(format::k_dwconv2d, {std::move(in)}, std::move(out), epilogue);
  set_window(w, &node.record);
  node.record.weight_layout = format::kDwconvF32K1c8;
  node.packed =
      bytes_of(pack_dwconv_f32(weights.values.data(), weights.bias.data(), channels, taps));
  return last_node();
}

int ModelBuilder::dwconv(ViewSpec in, ViewSpec out, WindowSpec w, Epilogue epilogue) {
  if (is_s8(in)) {
    NodeSpec& node = append(format::k_dwconv2d, {std::move(in)}, std::move(out));
    set_window(w, &node.record);
    pack_dwconv_s8_layer(&node);
    return last_node();
  }
  Weights weights = made_up_weights(channels_of(out), 1, static_cast<size_t>(w.taps()));
  return dwconv(std::move(in), std::move(out), w, std::move(weights), epilogue);
}

int ModelBuilder::max_pool(ViewSpec in, ViewSpec out, WindowSpec w) {
  set_window(w, &append(format::k_max_pool, {std::move(in)}, std::move(out)).record);
  return last_node();
}

int ModelBuilder::avg_pool(ViewSpec in, ViewSpec out, WindowSpec w, bool count_padding) {
  set_window(
      w, &append(format::k_avg_pool, {std::move(in)}, std::move(out), {}, count_padding).record);
  return last_node();
}

int ModelBuilder::global_avg_pool(ViewSpec in, ViewSpec out) {
  append(format::k_global_avg_pool, {std::move(in)}, std::move(out));
  return last_node();
}

int ModelBuilder::add(ViewSpec a, ViewSpec b, ViewSpec out, Epilogue epilogue) {
  if (is_s8(a)) {
    NodeSpec& node = append(format::k_add, {std::move(a), std::move(b)}, std::move(out));
    node.record.weight_layout = format::kAddS8;
    format::AddRecord record{};
    const std::vector<float> made_up = random_floats(4, 1, static_cast<uint32_t>(nodes_.size()));
    for (size_t i = 0; i < 2; ++i) {
      record.multiplier[i] = std::abs(made_up[i]);
      record.zero_point[i] = static_cast<int8_t>(made_up[2 + i] * 127);
    }
    node.packed = bytes_of(std::vector<format::AddRecord>{record});
    set_outputs_s8(static_cast<uint32_t>(nodes_.size()), &node);
    return last_node();
  }
  append(format::k_add, {std::move(a), std::move(b)}, std::move(out), epilogue);
  return last_node();
}

int ModelBuilder::mul(ViewSpec a, ViewSpec b, ViewSpec out, Epilogue epilogue) {
  append(format::k_mul, {std::move(a), std::move(b)}, std::move(out), epilogue);
  return last_node();
}

int ModelBuilder::activation(ViewSpec in, ViewSpec out, Epilogue epilogue) {
  if (is_s8(in)) {
    NodeSpec& node = append(format::k_activation, {std::move(in)}, std::move(out), epilogue);
    node.record.weight_layout = format::kTableS8;
    node.packed = bytes_of(random_int8(kTableS8Entries, static_cast<uint32_t>(nodes_.size())));
    return last_node();
  }
  append(format::k_activation, {std::move(in)}, std::move(out), epilogue);
  return last_node();
}

int ModelBuilder::copy(ViewSpec in, ViewSpec out) {
  append(format::k_copy, {std::move(in)}, std::move(out));
  return last_node();
}

int ModelBuilder::concat(ViewSpec in, ViewSpec out) {
  append(format::k_concat, {std::move(in)}, std::move(out));
  return last_node();
}

int ModelBuilder::channel_shuffle(ViewSpec in, ViewSpec out, int groups) {
  append(format::k_channel_shuffle, {std::move(in)}, std::move(out), {}, groups);
  return last_node();
}

int ModelBuilder::upsample(ViewSpec in, ViewSpec out, int factor) {
  append(format::k_upsample, {std::move(in)}, std::move(out), {}, factor);
  return last_node();
}

int ModelBuilder::space_to_depth(ViewSpec in, ViewSpec out, int block) {
  append(format::k_space_to_depth, {std::move(in)}, std::move(out), {}, block);
  return last_node();
}

int ModelBuilder::quantize(ViewSpec in, ViewSpec out) {
  NodeSpec& node = append(format::k_quantize, {std::move(in)}, std::move(out));
  node.record.weight_layout = format::kScales;
  node.packed =
      bytes_of(positive_floats(channels_of(node.output), 20, static_cast<uint32_t>(nodes_.size())));
  set_outputs_s8(static_cast<uint32_t>(nodes_.size()), &node);
  return last_node();
}

int ModelBuilder::dequantize(ViewSpec in, ViewSpec out) {
  NodeSpec& node = append(format::k_dequantize, {std::move(in)}, std::move(out));
  node.record.weight_layout = format::kScales;
  node.record.in_zero_point = random_int8(1, static_cast<uint32_t>(nodes_.size()))[0];
  node.packed = bytes_of(
      positive_floats(channels_of(node.output), 0.05f, static_cast<uint32_t>(nodes_.size())));
  return last_node();
}

// A zero point and the bounds of the output; every third step has bounds that cut.
void ModelBuilder::set_outputs_s8(uint32_t seed, NodeSpec* node) const {
  const std::vector<int8_t> made_up = random_int8(3, seed + 500);
  node->record.out_zero_point = made_up[0];
  node->record.out_low = -128;
  node->record.out_high = 127;
  if (seed % 3 == 0) {
    node->record.out_low = std::min(made_up[1], made_up[2]);
    node->record.out_high = std::max(made_up[1], made_up[2]);
  }
}

void ModelBuilder::pack_conv_s8(NodeSpec* node) const {
  const auto seed = static_cast<uint32_t>(nodes_.size());
  const View in{node->operands[0].data(), static_cast<int>(node->operands[0].size())};
  const ConvSegments segments(node->record, in, channels(in.segments[0].tensor));
  std::vector<int> k;
  segments.for_each(node->record, in, [&](int count) { k.push_back(count); });
  const auto inputs = static_cast<size_t>(std::accumulate(k.begin(), k.end(), 0));
  const size_t outputs = channels_of(node->output);
  const bool to_s8 = is_s8(node->output);
  node->record.weight_layout = format::kIgemmS8N8k4;
  node->record.in_zero_point = random_int8(1, seed)[0];
  // Such that most results are within range.
  const float multiplier = (to_s8 ? 0.02f : 0.0005f) / std::sqrt(static_cast<float>(inputs));
  const std::vector<int8_t> weights = random_int8(outputs * inputs, seed);
  std::vector<float> multipliers = positive_floats(outputs, multiplier, seed);
  if (seed % 3 != 0) {
    for (float& m : multipliers) m = shortened(m);
  }
  node->packed = pack_igemm_s8(weights.data(), random_biases(outputs, seed).data(),
                               multipliers.data(), outputs, k);
  if (!to_s8) return;
  if (igemm_s8_has_small_sums(node->packed.data(),
                              node->packed.size() / igemm_s8_panel_count(outputs), outputs)) {
    node->record.parameter |= format::kSmallSums;
  }
  add_table(seed, node);
}

void ModelBuilder::pack_dwconv_s8_layer(NodeSpec* node) const {
  const auto seed = static_cast<uint32_t>(nodes_.size());
  const size_t outputs = channels_of(node->output);
  const auto taps = static_cast<size_t>(node->record.kernel_h * node->record.kernel_w);
  const float multiplier = 0.02f / std::sqrt(static_cast<float>(taps));
  node->record.weight_layout = format::kDwconvS8K1c8;
  node->record.in_zero_point = random_int8(1, seed)[0];
  node->packed =
      pack_dwconv_s8(random_int8(outputs * taps, seed).data(), random_biases(outputs, seed).data(),
                     positive_floats(outputs, multiplier, seed).data(), outputs, taps);
  add_table(seed, node);
}

// Every second step's results go through a table.
void ModelBuilder::add_table(uint32_t seed, NodeSpec* node) const {
  set_outputs_s8(seed, node);
  if (seed % 2 == 0) return;
  node->record.parameter |= format::kHasTable;
  const std::vector<uint8_t> table = bytes_of(random_int8(kTableS8Entries, seed + 700));
  node->packed.insert(node->packed.end(), table.begin(), table.end());
}

void ModelBuilder::head(int tensor, int stride, std::vector<std::pair<float, float>> anchors) {
  require(anchors.size() <= format::kMaxAnchorsPerHead, "head: too many anchors");
  heads_.push_back({tensor, stride, std::move(anchors)});
}

std::vector<uint8_t> ModelBuilder::build() const {
  StringTable strings;
  std::vector<uint8_t> sections[format::kSectionCount];

  format::Header header{};
  std::memcpy(header.magic, format::kMagic, sizeof header.magic);
  header.version = format::kVersion;
  header.header_bytes = sizeof header;
  header.model_name = strings.add(name_);
  header.source = strings.add("test");
  header.native_height = static_cast<uint16_t>(native_height_);
  header.native_width = static_cast<uint16_t>(native_width_);
  header.max_stride = static_cast<uint16_t>(max_stride_);
  header.class_count = static_cast<uint16_t>(classes_.size());
  header.head_count = static_cast<uint16_t>(heads_.size());
  header.input_channels = 3;
  header.input_scale = 1.0f / 255;

  for (const std::string& text : classes_) {
    append_record(&sections[format::kClasses], strings.add(text));
  }
  for (const HeadSpec& spec : heads_) {
    format::HeadRecord record{};
    record.tensor = static_cast<uint16_t>(spec.tensor);
    record.stride = static_cast<uint16_t>(spec.stride);
    record.anchor_count = static_cast<uint16_t>(spec.anchors.size());
    for (size_t a = 0; a < spec.anchors.size(); ++a) {
      record.anchors[a][0] = spec.anchors[a].first;
      record.anchors[a][1] = spec.anchors[a].second;
    }
    append_record(&sections[format::kHeadRecords], record);
  }

  std::vector<uint16_t> first_writer(tensors_.size(), format::kNoWriter);
  std::vector<uint8_t>& segments = sections[format::kSegments];
  std::vector<uint8_t>& weights = sections[format::kWeights];
  for (size_t i = 0; i < nodes_.size(); ++i) {
    const NodeSpec& spec = nodes_[i];
    format::Node record = spec.record;
    record.name = strings.add("node" + std::to_string(i));
    record.first_segment = static_cast<uint32_t>(segments.size() / sizeof(format::Segment));
    for (size_t o = 0; o < spec.operands.size(); ++o) {
      record.operand_segments[o] = static_cast<uint16_t>(spec.operands[o].size());
      for (const format::Segment& s : spec.operands[o]) append_record(&segments, s);
    }
    record.output_segments = static_cast<uint16_t>(spec.output.size());
    for (const format::Segment& s : spec.output) {
      append_record(&segments, s);
      uint16_t& writer = first_writer.at(s.tensor);
      if (writer == format::kNoWriter) writer = static_cast<uint16_t>(i);
    }
    if (record.weight_layout != format::kNoWeights) {
      align(&weights);
      record.weight_offset = static_cast<uint32_t>(weights.size());
      record.weight_bytes = static_cast<uint32_t>(spec.packed.size());
      weights.insert(weights.end(), spec.packed.begin(), spec.packed.end());
    }
    append_record(&sections[format::kNodes], record);
  }
  for (size_t i = 0; i < tensors_.size(); ++i) {
    format::TensorRecord record{};
    record.name = strings.add(tensors_[i].name);
    record.channels = static_cast<uint16_t>(tensors_[i].channels);
    record.dtype = tensors_[i].type;
    record.first_writer = first_writer[i];
    append_record(&sections[format::kTensors], record);
  }
  sections[format::kStrings] = strings.bytes();
  return assemble(header, sections);
}

AlignedBytes::AlignedBytes(size_t size, uint8_t fill) : size_(size) {
  void* memory = nullptr;
  if (posix_memalign(&memory, format::kAlignment, size == 0 ? 1 : size) != 0) {
    throw std::bad_alloc();
  }
  std::memset(memory, fill, size);
  data_.reset(static_cast<uint8_t*>(memory));
}

AlignedBytes::AlignedBytes(const std::vector<uint8_t>& bytes) : AlignedBytes(bytes.size(), 0) {
  if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
}

void fix_crc(uint8_t* file, size_t bytes) {
  if (bytes < sizeof(format::Header)) return;
  const auto size = static_cast<uint32_t>(bytes);
  std::memcpy(file + offsetof(format::Header, file_bytes), &size, sizeof size);
  std::memset(file + offsetof(format::Header, crc32), 0, sizeof(uint32_t));
  const uint32_t crc = crc32(0, file, bytes);
  std::memcpy(file + offsetof(format::Header, crc32), &crc, sizeof crc);
}

void fix_crc(std::vector<uint8_t>* file) {
  fix_crc(file->data(), file->size());
}

}  // namespace linnet::test
