#include "engine/shapes.h"

#include "engine/error.h"

namespace linnet {
namespace {

class Inference {
 public:
  Inference(const ModelView& model, Extent* extents, linnet_error* error)
      : model_(model), extents_(extents), error_(error) {}

  linnet_status run(int height, int width) {
    for (int i = 0; i < model_.tensor_count(); ++i) extents_[i] = {};
    extents_[0] = {static_cast<uint16_t>(height), static_cast<uint16_t>(width)};
    for (int i = 0; i < model_.node_count(); ++i) {
      index_ = i;
      if (!infer_node(model_.node(i))) return LINNET_BAD_MODEL;
    }
    return check_heads(height, width) ? LINNET_OK : LINNET_BAD_MODEL;
  }

 private:
  bool expect(bool ok, const char* what, uint64_t expected, uint64_t found) {
    if (!ok) report(error_, LINNET_BAD_MODEL, what, expected, found, index_);
    return ok;
  }

  bool read(const View& view, uint32_t* height, uint32_t* width) {
    for (int i = 0; i < view.count; ++i) {
      const format::Segment& s = view.segments[i];
      const uint32_t h = uint32_t{extents_[s.tensor].height} << s.upsample_shift;
      const uint32_t w = uint32_t{extents_[s.tensor].width} << s.upsample_shift;
      if (i == 0) {
        *height = h;
        *width = w;
      }
      if (!expect(h == *height, "height of a segment: differs from the first one's", *height, h) ||
          !expect(w == *width, "width of a segment: differs from the first one's", *width, w)) {
        return false;
      }
    }
    return expect(
        *height > 0 && *height <= format::kMaxExtent && *width > 0 && *width <= format::kMaxExtent,
        "extent of an operand", format::kMaxExtent, *height > *width ? *height : *width);
  }

  bool slide(uint32_t extent, uint32_t before, uint32_t after, uint32_t kernel, uint32_t dilation,
             uint32_t stride, uint32_t* out) {
    const uint32_t room = extent + before + after;
    const uint32_t reach = dilation * (kernel - 1) + 1;
    if (!expect(room >= reach, "input too small for a window: use a larger input size", reach,
                room))
      return false;
    *out = (room - reach) / stride + 1;
    return true;
  }

  bool infer_output(const format::Node& n, uint32_t* h, uint32_t* w) {
    switch (n.op) {
      case format::k_conv2d:
      case format::k_winograd_conv2d:
      case format::k_dwconv2d:
      case format::k_max_pool:
      case format::k_avg_pool:
        return slide(*h, n.pad_top, n.pad_bottom, n.kernel_h, n.dilation_h, n.stride_h, h) &&
               slide(*w, n.pad_left, n.pad_right, n.kernel_w, n.dilation_w, n.stride_w, w);
      case format::k_global_avg_pool:
        *h = *w = 1;
        return true;
      case format::k_upsample:
        *h *= n.parameter;
        *w *= n.parameter;
        return true;
      case format::k_space_to_depth: {
        const uint32_t f = n.parameter;
        if (!expect(*h % f == 0 && *w % f == 0,
                    "input of space_to_depth: use an input size that its factor divides", 0,
                    *h % f + *w % f))
          return false;
        *h /= f;
        *w /= f;
        return true;
      }
      case format::k_add:
      case format::k_mul:
        return check_second_operand(n, *h, *w);
      default:
        return true;
    }
  }

  bool check_second_operand(const format::Node& n, uint32_t h, uint32_t w) {
    uint32_t h2 = 0, w2 = 0;
    if (!read(model_.operand(n, 1), &h2, &w2)) return false;
    const bool fits = (h2 == h && w2 == w) || (h2 == 1 && w2 == 1);
    return expect(fits, "second operand: must be as large as the first, or one pixel", h, h2);
  }

  bool infer_node(const format::Node& node) {
    uint32_t h = 0, w = 0;
    if (!read(model_.operand(node, 0), &h, &w) || !infer_output(node, &h, &w)) return false;
    if (!expect(h > 0 && h <= format::kMaxExtent && w > 0 && w <= format::kMaxExtent,
                "output extent", format::kMaxExtent, h > w ? h : w))
      return false;
    const Extent out{static_cast<uint16_t>(h), static_cast<uint16_t>(w)};
    const View view = model_.output(node);
    for (int i = 0; i < view.count; ++i) {
      Extent& extent = extents_[view.segments[i].tensor];
      if (extent == Extent{}) extent = out;
      if (!expect(extent == out, "output extent: writers of a tensor disagree", extent.height,
                  out.height))
        return false;
    }
    return true;
  }

  bool check_heads(int height, int width) {
    for (int i = 0; i < model_.head_count(); ++i) {
      index_ = i;
      const format::HeadRecord& head = model_.head(i);
      const Extent& extent = extents_[head.tensor];
      const auto h = static_cast<uint64_t>(height / head.stride);
      const auto w = static_cast<uint64_t>(width / head.stride);
      if (!expect(extent.height == h, "height of a head: must be height / stride", h,
                  extent.height) ||
          !expect(extent.width == w, "width of a head: must be width / stride", w, extent.width)) {
        return false;
      }
    }
    return true;
  }

  const ModelView& model_;
  Extent* extents_;
  linnet_error* error_;
  int64_t index_ = -1;
};

}  // namespace

linnet_status infer_extents(const ModelView& model, int height, int width, Extent* extents,
                            linnet_error* error) {
  return Inference(model, extents, error).run(height, width);
}

Extent view_extent(const View& view, const Extent* extents) {
  const format::Segment& s = view.segments[0];
  const Extent& e = extents[s.tensor];
  return {static_cast<uint16_t>(e.height << s.upsample_shift),
          static_cast<uint16_t>(e.width << s.upsample_shift)};
}

}  // namespace linnet
