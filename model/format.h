// The flat binary (.lnt): every record, as it lies in the file. docs/format.md describes it byte by
// byte. Little-endian; offsets only; records are read in place, so the file must be 64-byte aligned
// in memory. Nothing here is to be trusted before model_verify() has accepted the file.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/base.h"

namespace linnet::format {

inline constexpr uint8_t kMagic[8] = {0x89, 'L', 'N', 'T', '\r', '\n', 0x1A, '\n'};
inline constexpr uint16_t kVersion = 1;
inline constexpr size_t kAlignment = 64;  // of the file in memory, of sections, of weight regions

// Caps: what a verified file cannot exceed.
inline constexpr uint32_t kMaxFileBytes = 1u << 30;
inline constexpr uint32_t kMaxTensors = 512;
inline constexpr uint32_t kMaxNodes = 1024;
inline constexpr uint32_t kMaxSegments = 16384;
inline constexpr uint32_t kMaxSegmentsPerView = 64;
inline constexpr uint32_t kMaxChannels = 8192;
inline constexpr uint32_t kMaxKernel = 15;  // of one side of a window
inline constexpr uint32_t kMaxStride = 8;   // of a window
inline constexpr uint32_t kMaxDilation = 16;
inline constexpr uint32_t kMaxFactor = 8;  // upsample, space_to_depth
inline constexpr uint32_t kMaxUpsampleShift = 3;
inline constexpr uint32_t kMaxExtent = 8192;  // height and width of an input or a tensor
inline constexpr uint32_t kMaxClasses = 4096;
inline constexpr uint32_t kMaxNameBytes = 255;  // without the terminator
inline constexpr uint32_t kHeads = 3;
inline constexpr uint32_t kMaxAnchorsPerHead = 8;
inline constexpr uint32_t kMaxHeadStride = 256;

// Sections follow the header in this order, each at the next multiple of 64 bytes, zeros between.
enum Section : uint32_t {
  kStrings = 0,  // NUL-terminated UTF-8 without control characters; the first is empty
  kClasses = 1,  // uint32_t string offset of each class name
  kHeadRecords = 2,
  kTensors = 3,
  kNodes = 4,
  kSegments = 5,
  kWeights = 6,  // weight regions of the nodes, in node order, each at the next multiple of 64
  kSectionCount = 7,
};

struct SectionRange {
  uint32_t offset;  // from the start of the file
  uint32_t bytes;   // without padding
};

struct Header {  // 128 bytes
  uint8_t magic[8];
  uint16_t version;
  uint16_t header_bytes;  // 128
  uint32_t file_bytes;
  uint32_t crc32;                        // IEEE 802.3, of the whole file with this field zero
  uint32_t flags;                        // 0
  uint32_t model_name;                   // string offset
  uint32_t source;                       // string offset: how it was made ("onnx", "ncnn", "torch")
  uint16_t native_height, native_width;  // the size it was exported for; multiples of max_stride
  uint16_t max_stride;  // input height and width must be multiples of this; a power of two
  uint16_t class_count;
  uint16_t head_count;      // 3
  uint16_t input_channels;  // 3: R, G, B
  float input_scale;        // what a byte of the picture is multiplied with: 1/255
  SectionRange sections[kSectionCount];
  uint8_t reserved[24];  // 0
};
static_assert(sizeof(Header) == 128);

// One detection head: a tensor [H/stride, W/stride, anchor_count * (5 + classes)], logits in the
// order anchor-major, then x, y, w, h, objectness, classes. Heads are sorted by rising stride.
struct HeadRecord {  // 72 bytes
  uint16_t tensor;
  uint16_t stride;
  uint16_t anchor_count;
  uint16_t reserved;                     // 0
  float anchors[kMaxAnchorsPerHead][2];  // width, height in pixels of the input; unused ones 0
};
static_assert(sizeof(HeadRecord) == 72);

// kS8: quantized values, real = scale * (value - zero point). Scales lie in no record: they are
// folded into weights and multipliers, and a channel may have its own. The input, if it is s8,
// holds the picture's bytes minus 128.
enum DType : uint8_t { kF32 = 0, kS8 = 1 };

// A physical buffer: NHWC, pixel stride = channels. Its height and width follow from the input size
// at open time. Tensor 0 is the input.
struct TensorRecord {  // 16 bytes
  uint32_t name;       // string offset
  uint16_t channels;
  uint8_t dtype;
  uint8_t reserved;       // 0
  uint16_t first_writer;  // the first node that writes it; 0xFFFF for tensor 0
  uint16_t reserved2;     // 0
  uint32_t reserved3;     // 0
};
static_assert(sizeof(TensorRecord) == 16);
inline constexpr uint16_t kNoWriter = 0xFFFF;

// A run of channels of a tensor. A view is a list of segments; its channels are theirs, one after
// the other. Reading through upsample_shift s, pixel (y, x) of the view is pixel (y >> s, x >> s)
// of the tensor, and the view is 2^s times as high and wide.
struct Segment {  // 8 bytes
  uint16_t tensor;
  uint16_t channel;        // first
  uint16_t channels;       // at least 1
  uint8_t upsample_shift;  // 0 in an output view; not 0 only in a view that conv2d or
                           // winograd_conv2d reads
  uint8_t reserved;        // 0
};
static_assert(sizeof(Segment) == 8);

enum OpCode : uint8_t {
#define LINNET_OP(name, code, operands, weights, window, channels, types) k_##name = code,
#include "model/ops.def"
#undef LINNET_OP
};

enum WeightLayout : uint8_t {
  kNoWeights = 0,
  kIgemmF32N8k1 =
      1,  // kernels/igemm_f32/igemm_f32.h; K runs tap by tap, then segment, then channel
  kDwconvF32K1c8 = 2,    // kernels/dwconv_f32/dwconv_f32.h
  kWinogradF32N8k1 = 3,  // kernels/winograd_f32/winograd_f32.h
  kIgemmS8N8k4 =
      4,  // kernels/igemm_s8/igemm_s8.h, K as above; then, if `parameter` has kHasTable, a table
          // of 256 bytes (kernels/table_s8/table_s8.h) that the results go through
  kDwconvS8K1c8 = 5,  // kernels/dwconv_s8/dwconv_s8.h; then the table as above
  kAddS8 = 6,         // AddRecord
  kTableS8 = 7,       // 256 bytes (kernels/table_s8/table_s8.h)
  kScales = 8,  // a float for each channel: dequantize 1 step of the value, quantize its inverse
};

// Bits of `parameter` of a convolution that makes s8.
enum : uint16_t {
  kHasTable = 1,   // the weights end with a table
  kSmallSums = 2,  // of conv2d: kernels/igemm_s8/small_sums.h holds for the weights
};

// One step. Nodes are in execution order. Its views lie in the segment table at first_segment:
// operand 0, operand 1 (if any), output; nodes' views follow one another and cover the table.
// The output view's channels are the node's output channels in the order of the weights; output
// segments are disjoint, and none overlaps a segment that the node reads. The views of upsample,
// channel_shuffle and space_to_depth are one segment each.
struct Node {          // 64 bytes
  uint32_t name;       // string offset
  uint8_t op;          // OpCode
  uint8_t activation;  // linnet::Activation
  uint8_t weight_layout;
  uint8_t operand_count;
  float activation_alpha;  // finite; 0 unless leaky_relu
  uint32_t first_segment;
  uint16_t operand_segments[2];
  uint16_t output_segments;
  uint16_t parameter;  // factor, block or groups; avg_pool: 1 = padding counts;
                       // winograd_conv2d: side of a tile, 2 or 4; conv2d and dwconv2d that make
                       // s8: kHasTable, kSmallSums; else 0
  // Window: all zero unless the op slides one. Output extent =
  // floor((extent + pad_before + pad_after - (dilation * (kernel - 1) + 1)) / stride) + 1.
  uint8_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w;
  uint8_t pad_top, pad_left, pad_bottom, pad_right;
  uint16_t reserved;       // 0
  uint32_t weight_offset;  // from the start of the weight section; multiple of 64
  uint32_t weight_bytes;   // exactly what layout and shapes ask for; 0 without weights
  // s8 only, else 0. in_zero_point: what a sliding window reads as padding (0 if there is none), of
  // quantize and dequantize the value that stands for 0. The result is clamped to
  // [out_low, out_high] before a table is applied; they are 0 if the result is not s8 or the op
  // only moves or compares values.
  int8_t in_zero_point, out_zero_point, out_low, out_high;
  uint8_t reserved2[16];  // 0
};
static_assert(sizeof(Node) == 64);

// Weights of add in s8 (kernels/eltwise_s8/eltwise_s8.h).
struct AddRecord {  // 16 bytes
  float multiplier[2];
  int8_t zero_point[2];
  uint8_t reserved[6];  // 0
};
static_assert(sizeof(AddRecord) == 16);

}  // namespace linnet::format
