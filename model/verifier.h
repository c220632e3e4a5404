// The verifier's state and checks; verify.cpp has those of the file as a whole, verify_nodes.cpp
// those of tensors and nodes.
#pragma once

#include "model/model_view.h"
#include "model/op_traits.h"
#include "model/verify.h"

namespace linnet::format {

inline bool is_finite(float x) {
  return x - x == 0.0f;
}

inline bool all_zero(const uint8_t* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

class Verifier {
 public:
  Verifier(const void* file, size_t bytes, VerifyError* error)
      : bytes_(static_cast<const uint8_t*>(file)), size_(bytes), error_(error), view_(file) {}

  bool run() {
    return check_file() && check_sections() && check_strings() && check_header_fields() &&
           check_classes() && check_tensors() && check_nodes() && check_heads();
  }

 private:
  // Called in some hundred places, hence not inlined.
  LINNET_NOINLINE bool fail(VerifyCode code, const char* what, uint64_t expected, uint64_t found) {
    *error_ = {code, what, expected, found, index_};
    return false;
  }
  LINNET_NOINLINE bool expect(bool ok, const char* what, uint64_t expected, uint64_t found) {
    if (!ok) fail(VerifyCode::bad, what, expected, found);
    return ok;
  }
  LINNET_NOINLINE bool equal(uint64_t expected, uint64_t found, const char* what) {
    return expect(expected == found, what, expected, found);
  }
  LINNET_NOINLINE bool at_most(uint64_t cap, uint64_t found, const char* what) {
    return expect(found <= cap, what, cap, found);
  }
  LINNET_NOINLINE bool at_least(uint64_t low, uint64_t found, const char* what) {
    return expect(found >= low, what, low, found);
  }
  LINNET_NOINLINE bool in_range(uint64_t low, uint64_t high, uint64_t found, const char* what) {
    return at_least(low, found, what) && at_most(high, found, what);
  }

  const Header& header() const { return view_.header(); }

  // --- the file as a whole -------------------------------------------------------------------

  bool check_file();
  bool check_crc();
  bool check_sections();

  // --- strings and header --------------------------------------------------------------------

  bool check_strings();
  bool check_name(uint32_t offset, const char* what);
  bool check_header_fields();
  bool check_classes();

  // --- tensors -------------------------------------------------------------------------------

  bool check_tensors();

  // --- nodes ---------------------------------------------------------------------------------

  bool check_nodes();
  bool check_node_fields(const Node& node);
  bool check_node_views(const Node& node, const OpTraits& traits, uint32_t* cursor);
  bool check_segment(const Segment& s);
  bool check_read(const View& view, bool may_upsample);

  static bool overlap(const Segment& a, const Segment& b) {
    return a.tensor == b.tensor && a.channel < b.channel + b.channels &&
           b.channel < a.channel + a.channels;
  }

  bool check_write(const Node& node);
  bool check_one_type(const View& view, DType* type);
  bool check_types(const Node& node, const OpTraits& traits);
  bool may_have_table(const Node& node) const;
  bool check_side(uint32_t kernel, uint32_t stride, uint32_t dilation, uint32_t before,
                  uint32_t after);
  bool check_window(const Node& n, const OpTraits& traits);
  uint16_t most_parameter(const Node& node) const;
  bool check_parameter(const Node& node, const OpTraits& traits);
  bool check_channels(const Node& node, const OpTraits& traits);

  // Of checked views.
  DType input_type(const Node& node) const {
    return static_cast<DType>(view_.tensor(view_.operand(node, 0).segments[0].tensor).dtype);
  }
  DType output_type(const Node& node) const {
    return static_cast<DType>(view_.tensor(view_.output(node).segments[0].tensor).dtype);
  }

  // --- weights -------------------------------------------------------------------------------

  bool check_quantization(const Node& node, const OpTraits& traits);
  // Bytes that the layout asks for. All factors are capped, so 64 bits cannot overflow.
  uint64_t weight_bytes(const Node& node, WeightLayout layout) const;
  uint64_t panel_bytes_s8(const Node& node) const;

  static uint64_t round_up64(uint64_t value, uint64_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
  }

  bool check_weights(const Node& node, const OpTraits& traits, uint64_t* cursor);
  bool check_contents(const Node& node, const uint8_t* weights);
  bool check_floats(const uint8_t* bytes, uint64_t count);
  bool check_multipliers(const uint8_t* bytes, uint64_t count);
  bool check_scales(const uint8_t* bytes, uint64_t count);
  bool check_int8(const uint8_t* bytes, uint64_t count);
  bool check_panels_s8(const Node& node, const uint8_t* panels);
  bool check_dwconv_s8(const Node& node, const uint8_t* weights);
  bool check_add_s8(const uint8_t* weights);

  // Every claim of first_writer, which check_read relied on, is true.
  bool check_first_writers();

  // --- heads ---------------------------------------------------------------------------------

  bool check_heads();
  bool check_anchors(const HeadRecord& head);

  const uint8_t* bytes_;
  size_t size_;
  VerifyError* error_;
  ModelView view_;
  int64_t index_ = -1;
};

}  // namespace linnet::format
