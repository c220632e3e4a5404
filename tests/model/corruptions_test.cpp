// Each rule of the format, broken alone: the verifier names it.
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "model/verify.h"
#include "tests/support/model_editor.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

// every_op_model()'s records, by what they are.
enum NodeIndex : size_t { kFocus, kStem, kDown, kShuffle, kBranch, kDepthwise, kInPlace };
enum NodeIndex2 : size_t { kMaxPool = 7, kAvgPool, kGlobal, kGate, kMul, kAdd, kActivation };
enum NodeIndex3 : size_t { kUpsample = 14, kConcat, kMixed, kCopy, kHead8, kHead16, kHead32 };
enum NodeIndex4 : size_t { kWinograd = 21 };

size_t first_segment(ModelEditor& m, size_t node) {
  return m.node(node).first_segment;
}
format::Segment& input_of(ModelEditor& m, size_t node) {
  return m.segment(first_segment(m, node));
}
format::Segment& output_of(ModelEditor& m, size_t node) {
  const format::Node& n = m.node(node);
  return m.segment(n.first_segment + n.operand_segments[0] + n.operand_segments[1]);
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct Corruption {
  const char* name;
  void (*change)(ModelEditor& m);
  const char* message;  // part of what the verifier says
  VerifyCode code = VerifyCode::bad;
};

const Corruption kCorruptions[] = {
    // header
    {"magic", [](ModelEditor& m) { m.header().magic[3] = 'X'; }, "magic: not a .lnt file"},
    {"version", [](ModelEditor& m) { m.header().version = 2; }, "format version",
     VerifyCode::unsupported},
    {"header_bytes", [](ModelEditor& m) { m.header().header_bytes = 64; }, "header_bytes"},
    {"flags", [](ModelEditor& m) { m.header().flags = 1; }, "flags"},
    {"reserved", [](ModelEditor& m) { m.header().reserved[5] = 1; }, "reserved header bytes"},
    {"model_name_beyond", [](ModelEditor& m) { m.header().model_name = 1u << 30; },
     "model_name: beyond the string section"},
    {"model_name_inside", [](ModelEditor& m) { m.header().model_name += 1; },
     "name: does not point to the start"},
    {"source_beyond", [](ModelEditor& m) { m.header().source = UINT32_MAX; },
     "source: beyond the string section"},
    {"max_stride_zero", [](ModelEditor& m) { m.header().max_stride = 0; }, "max_stride"},
    {"native_height_large", [](ModelEditor& m) { m.header().native_height = 8224; }, "native size"},
    {"max_stride_48", [](ModelEditor& m) { m.header().max_stride = 48; }, "max_stride: must be"},
    {"max_stride_512", [](ModelEditor& m) { m.header().max_stride = 512; }, "max_stride"},
    {"native_height_zero", [](ModelEditor& m) { m.header().native_height = 0; }, "native size"},
    {"native_width_odd", [](ModelEditor& m) { m.header().native_width = 65; },
     "native size: not a multiple"},
    {"native_width_large", [](ModelEditor& m) { m.header().native_width = 8224; }, "native size"},
    {"input_channels", [](ModelEditor& m) { m.header().input_channels = 4; }, "input_channels"},
    {"input_scale_zero", [](ModelEditor& m) { m.header().input_scale = 0; }, "input_scale"},
    {"input_scale_nan", [](ModelEditor& m) { m.header().input_scale = kNan; }, "input_scale"},
    {"input_scale_infinite", [](ModelEditor& m) { m.header().input_scale = kInfinity; },
     "input_scale"},
    {"input_scale_tiny", [](ModelEditor& m) { m.header().input_scale = 1e-40f; }, "input_scale"},
    {"input_scale_negative", [](ModelEditor& m) { m.header().input_scale = -1; }, "input_scale"},
    {"class_count_zero", [](ModelEditor& m) { m.header().class_count = 0; }, "class_count"},
    {"class_count_more", [](ModelEditor& m) { m.header().class_count = 4; }, "class section size"},
    {"head_count_two", [](ModelEditor& m) { m.header().head_count = 2; }, "head_count"},
    // sections
    {"section_offset", [](ModelEditor& m) { m.header().sections[2].offset += 64; },
     "section offset"},
    {"section_overlap", [](ModelEditor& m) { m.header().sections[3].offset -= 64; },
     "section offset"},
    {"section_long", [](ModelEditor& m) { m.header().sections[6].bytes += 4; }, "section end"},
    {"section_huge", [](ModelEditor& m) { m.header().sections[0].bytes = UINT32_MAX; },
     "section end"},
    {"section_short", [](ModelEditor& m) { m.header().sections[6].bytes -= 4; },
     "end of the last section"},
    {"section_ragged", [](ModelEditor& m) { m.header().sections[5].bytes -= 1; },
     "section size: not a whole number"},
    {"section_padding",
     [](ModelEditor& m) {
       const format::SectionRange& r = m.header().sections[format::kClasses];
       m.byte(r.offset + r.bytes) = 1;
     },
     "padding before section"},
    {"no_tail", [](ModelEditor& m) { m.bytes().push_back(0); }, "end of the last section"},
    {"no_strings", [](ModelEditor& m) { m.resize_section(format::kStrings, 0); },
     "the first string must be the empty"},
    {"no_tensors", [](ModelEditor& m) { m.resize_section(format::kTensors, 0); }, "tensors"},
    {"no_nodes",
     [](ModelEditor& m) {
       m.resize_section(format::kTensors, sizeof(format::TensorRecord));
       m.resize_section(format::kNodes, 0);
     },
     "nodes"},
    {"segments_spare",
     [](ModelEditor& m) {
       m.resize_section(format::kSegments, m.header().sections[format::kSegments].bytes + 8);
     },
     "segments: nodes must use every one"},
    {"weights_spare",
     [](ModelEditor& m) {
       m.resize_section(format::kWeights, m.header().sections[format::kWeights].bytes + 64);
     },
     "weights: nodes must use every byte"},
    // strings and classes
    {"strings_first", [](ModelEditor& m) { m.text(0) = 'a'; },
     "the first string must be the empty"},
    {"strings_last",
     [](ModelEditor& m) { m.text(m.header().sections[format::kStrings].bytes - 1) = 'a'; },
     "the last string is not terminated"},
    {"strings_control", [](ModelEditor& m) { m.text(2) = '\n'; }, "string: must be UTF-8"},
    {"strings_control_c1",
     [](ModelEditor& m) {
       m.text(2) = '\xC2';
       m.text(3) = '\x9B';
     },
     "string: must be UTF-8"},
    {"strings_delete", [](ModelEditor& m) { m.text(2) = '\x7F'; }, "string: must be UTF-8"},
    {"strings_escape", [](ModelEditor& m) { m.text(2) = '\x1B'; }, "string: must be UTF-8"},
    {"strings_utf8", [](ModelEditor& m) { m.text(2) = '\xC3'; }, "string: must be UTF-8"},
    {"class_name", [](ModelEditor& m) { m.class_offset(1) = 9999999; }, "class name: beyond"},
    {"class_name_inside", [](ModelEditor& m) { m.class_offset(1) += 2; },
     "name: does not point to the start"},
    // tensors
    {"tensor_name", [](ModelEditor& m) { m.tensor(3).name = UINT32_MAX; }, "tensor name: beyond"},
    {"tensor_channels_zero", [](ModelEditor& m) { m.tensor(3).channels = 0; }, "tensor channels"},
    {"tensor_channels_many", [](ModelEditor& m) { m.tensor(3).channels = 8193; },
     "tensor channels"},
    {"tensor_dtype", [](ModelEditor& m) { m.tensor(3).dtype = 2; }, "tensor dtype",
     VerifyCode::unsupported},
    {"tensor_reserved", [](ModelEditor& m) { m.tensor(3).reserved2 = 1; }, "reserved tensor bytes"},
    {"input_tensor_channels", [](ModelEditor& m) { m.tensor(0).channels = 4; },
     "input tensor channels"},
    {"input_tensor_writer", [](ModelEditor& m) { m.tensor(0).first_writer = 0; },
     "input tensor: no node may write it"},
    {"writer_unknown", [](ModelEditor& m) { m.tensor(3).first_writer = 1000; },
     "first_writer: no such node"},
    {"writer_none", [](ModelEditor& m) { m.tensor(3).first_writer = format::kNoWriter; },
     "first_writer: no such node"},
    {"writer_late", [](ModelEditor& m) { m.tensor(1).first_writer = kMaxPool; }, "first_writer"},
    {"writer_early", [](ModelEditor& m) { m.tensor(2).first_writer = kFocus; },
     "first_writer: that node does not write"},
    // nodes
    {"node_name", [](ModelEditor& m) { m.node(kStem).name = UINT32_MAX; }, "node name: beyond"},
    {"op_zero", [](ModelEditor& m) { m.node(kStem).op = 0; }, "op code", VerifyCode::unsupported},
    {"op_unknown", [](ModelEditor& m) { m.node(kStem).op = 200; }, "op code",
     VerifyCode::unsupported},
    {"operand_count", [](ModelEditor& m) { m.node(kAdd).operand_count = 1; }, "operand_count"},
    {"activation_unknown", [](ModelEditor& m) { m.node(kStem).activation = 8; }, "activation"},
    {"activation_unused", [](ModelEditor& m) { m.node(kMaxPool).activation = 1; },
     "activation: this op has none"},
    {"alpha_nan", [](ModelEditor& m) { m.node(kDepthwise).activation_alpha = kNan; },
     "activation_alpha"},
    {"alpha_unused", [](ModelEditor& m) { m.node(kStem).activation_alpha = 0.5f; },
     "activation_alpha"},
    {"node_reserved", [](ModelEditor& m) { m.node(kStem).reserved = 1; }, "reserved node bytes"},
    {"node_reserved2", [](ModelEditor& m) { m.node(kStem).reserved2[15] = 1; },
     "reserved node bytes"},
    {"first_segment", [](ModelEditor& m) { m.node(kStem).first_segment += 1; }, "first_segment"},
    {"operand_segments_zero", [](ModelEditor& m) { m.node(kStem).operand_segments[0] = 0; },
     "operand_segments"},
    {"operand_segments_unused", [](ModelEditor& m) { m.node(kStem).operand_segments[1] = 1; },
     "operand_segments"},
    {"operand_segments_many", [](ModelEditor& m) { m.node(kStem).operand_segments[0] = 65; },
     "operand_segments"},
    {"operand_segments_shuffle", [](ModelEditor& m) { m.node(kShuffle).operand_segments[0] = 2; },
     "operand_segments"},
    {"output_segments_zero", [](ModelEditor& m) { m.node(kStem).output_segments = 0; },
     "output_segments"},
    {"segments_beyond", [](ModelEditor& m) { m.node(kHead32).output_segments = 60; },
     "segments: a view ends beyond the table"},
    // segments
    {"segment_tensor", [](ModelEditor& m) { input_of(m, kStem).tensor = 300; },
     "segment tensor: no such tensor"},
    {"segment_tensor_output", [](ModelEditor& m) { output_of(m, kStem).tensor = 0xFFFF; },
     "segment tensor: no such tensor"},
    {"segment_empty", [](ModelEditor& m) { input_of(m, kStem).channels = 0; }, "segment channels"},
    {"segment_end", [](ModelEditor& m) { input_of(m, kStem).channel = 1; }, "segment end"},
    {"segment_overflow", [](ModelEditor& m) { input_of(m, kStem).channel = UINT16_MAX; },
     "segment end"},
    {"segment_reserved", [](ModelEditor& m) { input_of(m, kStem).reserved = 1; },
     "reserved segment byte"},
    {"segment_shift_cap", [](ModelEditor& m) { input_of(m, kStem).upsample_shift = 4; },
     "upsample_shift"},
    {"segment_shift_pool", [](ModelEditor& m) { input_of(m, kMaxPool).upsample_shift = 1; },
     "upsample_shift"},
    {"segment_shift_output", [](ModelEditor& m) { output_of(m, kStem).upsample_shift = 1; },
     "output segment: upsample_shift"},
    {"segment_future", [](ModelEditor& m) { input_of(m, kStem).tensor = 8; },
     "segment tensor: read before"},
    {"segment_own_output", [](ModelEditor& m) { input_of(m, kDown).tensor = 3; },
     "segment tensor: read before"},
    {"output_input_tensor", [](ModelEditor& m) { output_of(m, kMixed) = segment(0, 0, 3); },
     "output segment: the input tensor is read only"},
    {"output_before_first", [](ModelEditor& m) { output_of(m, kStem) = segment(3, 0, 16); },
     "first_writer: an earlier node writes"},
    {"output_overlaps_output", [](ModelEditor& m) { output_of(m, kMixed).channel = 4; },
     "output segments: overlap"},
    {"output_overlaps_input", [](ModelEditor& m) { output_of(m, kInPlace) = segment(6, 0, 8); },
     "output segment: overlaps what the node reads"},
    // windows and parameters
    {"kernel_zero", [](ModelEditor& m) { m.node(kStem).kernel_h = 0; }, "kernel"},
    {"kernel_cap", [](ModelEditor& m) { m.node(kStem).kernel_w = 16; }, "kernel"},
    {"stride_zero", [](ModelEditor& m) { m.node(kStem).stride_w = 0; }, "stride"},
    {"stride_cap", [](ModelEditor& m) { m.node(kStem).stride_h = 9; }, "stride"},
    {"dilation_zero", [](ModelEditor& m) { m.node(kStem).dilation_h = 0; }, "dilation"},
    {"dilation_cap", [](ModelEditor& m) { m.node(kStem).dilation_w = 17; }, "dilation"},
    {"dilation_pool", [](ModelEditor& m) { m.node(kMaxPool).dilation_h = 2; },
     "dilation of a pool"},
    {"dilation_pool_w", [](ModelEditor& m) { m.node(kMaxPool).dilation_w = 2; },
     "dilation of a pool"},
    {"stride_pool_zero", [](ModelEditor& m) { m.node(kMaxPool).stride_h = 0; }, "stride"},
    {"stride_depthwise_zero", [](ModelEditor& m) { m.node(kDepthwise).stride_h = 0; }, "stride"},
    {"padding_top", [](ModelEditor& m) { m.node(kStem).pad_top = 3; }, "padding: must be smaller"},
    {"padding_right", [](ModelEditor& m) { m.node(kStem).pad_right = 255; },
     "padding: must be smaller"},
    {"window_unused", [](ModelEditor& m) { m.node(kAdd).kernel_h = 1; }, "window: this op slides"},
    {"parameter_unused", [](ModelEditor& m) { m.node(kStem).parameter = 1; },
     "parameter: unused by this op"},
    {"parameter_avg_pool", [](ModelEditor& m) { m.node(kAvgPool).parameter = 2; },
     "parameter: unused by this op"},
    {"factor_zero", [](ModelEditor& m) { m.node(kFocus).parameter = 0; }, "factor"},
    {"factor_one", [](ModelEditor& m) { m.node(kUpsample).parameter = 1; }, "factor"},
    {"factor_cap", [](ModelEditor& m) { m.node(kFocus).parameter = 9; }, "factor"},
    {"groups_zero", [](ModelEditor& m) { m.node(kShuffle).parameter = 0; }, "groups"},
    {"groups_ragged", [](ModelEditor& m) { m.node(kShuffle).parameter = 3; },
     "groups: must divide"},
    {"groups_many", [](ModelEditor& m) { m.node(kShuffle).parameter = 17; }, "groups"},
    {"winograd_tile", [](ModelEditor& m) { m.node(kWinograd).parameter = 3; },
     "parameter: side of a winograd tile"},
    {"winograd_other_tile", [](ModelEditor& m) { m.node(kWinograd).parameter = 2; },
     "weight_bytes"},
    {"winograd_kernel", [](ModelEditor& m) { m.node(kWinograd).kernel_w = 5; },
     "kernel: winograd_conv2d"},
    {"winograd_kernel_h", [](ModelEditor& m) { m.node(kWinograd).kernel_h = 5; },
     "kernel: winograd_conv2d"},
    {"winograd_stride_w", [](ModelEditor& m) { m.node(kWinograd).stride_w = 2; },
     "stride: winograd_conv2d"},
    {"winograd_dilation_w", [](ModelEditor& m) { m.node(kWinograd).dilation_w = 2; },
     "dilation: winograd_conv2d"},
    {"winograd_stride", [](ModelEditor& m) { m.node(kWinograd).stride_h = 2; },
     "stride: winograd_conv2d"},
    {"winograd_dilation", [](ModelEditor& m) { m.node(kWinograd).dilation_h = 2; },
     "dilation: winograd_conv2d"},
    // channels
    {"channels_same", [](ModelEditor& m) { input_of(m, kMaxPool).channels = 15; },
     "output channels"},
    {"channels_depth", [](ModelEditor& m) { input_of(m, kFocus).channels = 2; }, "output channels"},
    {"channels_second", [](ModelEditor& m) { m.segment(first_segment(m, kMul) + 1).channels = 15; },
     "channels of the second operand"},
    // weights
    {"weight_layout", [](ModelEditor& m) { m.node(kStem).weight_layout = 2; }, "weight_layout",
     VerifyCode::unsupported},
    {"weight_layout_none", [](ModelEditor& m) { m.node(kCopy).weight_layout = 1; }, "weight_layout",
     VerifyCode::unsupported},
    {"weight_offset", [](ModelEditor& m) { m.node(kDown).weight_offset += 64; }, "weight_offset"},
    {"weight_offset_unused", [](ModelEditor& m) { m.node(kCopy).weight_offset = 64; },
     "weights: this op has none"},
    {"weight_bytes", [](ModelEditor& m) { m.node(kStem).weight_bytes -= 4; }, "weight_bytes"},
    {"weight_bytes_k", [](ModelEditor& m) { input_of(m, kStem).channels = 1; }, "weight_bytes"},
    {"weight_bytes_huge", [](ModelEditor& m) { m.node(kStem).weight_bytes = UINT32_MAX; },
     "weight_bytes"},
    // Channels and window within their caps: the layout asks for more bytes than 32 bits hold, and
    // the record says what is left of that in 32 bits.
    {"weight_bytes_wrapped",
     [](ModelEditor& m) {
       format::Node& stem = m.node(kStem);
       stem.kernel_h = stem.kernel_w = 15;
       m.tensor(1).channels = m.tensor(2).channels = 8192;
       input_of(m, kStem).channels = output_of(m, kStem).channels = 8192;
       constexpr uint64_t kPanels = 1024, kPanelBytes = (8192 * 225 + 2) * 32;
       stem.weight_bytes = static_cast<uint32_t>(kPanels * kPanelBytes);
     },
     "weight_bytes"},
    {"weights_cut",
     [](ModelEditor& m) {
       m.resize_section(format::kWeights, m.header().sections[format::kWeights].bytes - 64);
     },
     "weight region: ends beyond the section"},
    {"weight_nan", [](ModelEditor& m) { m.weight(9) = kNan; }, "weight: infinite or not a number"},
    {"weight_inf", [](ModelEditor& m) { m.weight(0) = -kInfinity; }, "weight: infinite"},
    // heads
    {"head_tensor", [](ModelEditor& m) { m.head(1).tensor = 400; }, "head tensor: no such"},
    {"head_input", [](ModelEditor& m) { m.head(1).tensor = 0; }, "head tensor: no such"},
    {"head_stride_zero", [](ModelEditor& m) { m.head(0).stride = 0; }, "head stride: must rise"},
    {"head_stride_order", [](ModelEditor& m) { m.head(1).stride = 8; }, "head stride: must rise"},
    {"head_stride_power", [](ModelEditor& m) { m.head(1).stride = 12; },
     "head stride: must be a power"},
    {"head_stride_max", [](ModelEditor& m) { m.head(2).stride = 64; }, "head stride"},
    {"head_channels", [](ModelEditor& m) { m.head(0).tensor = 2; }, "head channels"},
    {"anchor_count_zero", [](ModelEditor& m) { m.head(0).anchor_count = 0; }, "anchor_count"},
    {"anchor_count_cap", [](ModelEditor& m) { m.head(0).anchor_count = 9; }, "anchor_count"},
    {"anchor_zero", [](ModelEditor& m) { m.head(0).anchors[1][0] = 0; }, "anchor: must be"},
    {"anchor_nan", [](ModelEditor& m) { m.head(0).anchors[2][1] = kNan; }, "anchor: must be"},
    {"anchor_huge", [](ModelEditor& m) { m.head(0).anchors[0][0] = 65537; }, "anchor: must be"},
    {"anchor_unused", [](ModelEditor& m) { m.head(0).anchors[7][1] = 1; }, "anchor: must be"},
    {"head_reserved", [](ModelEditor& m) { m.head(0).reserved = 1; }, "reserved head bytes"},
};

class SingleCorruption : public testing::TestWithParam<Corruption> {};

TEST_P(SingleCorruption, IsNamed) {
  ModelEditor editor(every_op_model().build());
  GetParam().change(editor);
  const AlignedBytes file(editor.finish());
  VerifyError error;
  ASSERT_FALSE(model_verify(file.data(), file.size(), &error));
  EXPECT_NE(std::string(error.what).find(GetParam().message), std::string::npos)
      << "says: " << error.what << ", expected " << error.expected << ", found " << error.found;
  EXPECT_EQ(error.code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Corruptions, SingleCorruption, testing::ValuesIn(kCorruptions),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace linnet::test
