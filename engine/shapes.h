// Shape inference: the extent of every tensor for one input size. Together with the verifier this
// is what makes every later access safe, so it trusts nothing that depends on height and width.
#pragma once

#include "linnet/linnet.h"
#include "model/model_view.h"

namespace linnet {

struct Extent {
  uint16_t height = 0, width = 0;  // 0x0: not known yet
  bool operator==(const Extent& other) const {
    return height == other.height && width == other.width;
  }
  bool operator!=(const Extent& other) const { return !(*this == other); }
};

// Fills extents[tensor_count] for an input of height x width. Checks that writers and readers
// agree, that no extent is empty or above the cap, that both operands of add and mul fit and that
// heads have the grids that their strides ask for.
linnet_status infer_extents(const ModelView& model, int height, int width, Extent* extents,
                            linnet_error* error);

// Extent of a view whose segments agree (checked by infer_extents).
Extent view_extent(const View& view, const Extent* extents);

}  // namespace linnet
