// The Detect layer of YOLOv5: one convolution per grid, with anchors, strides and class count. Its
// decoding is the engine's work, so the graph ends at the convolutions.
#pragma once

#include "converter/frontend/torch/lowering.h"

namespace linnet::converter::torch {

// True for a layer that ends a detector (Detect, IDetect, Segment, …).
bool is_detect_layer(const Module& module);

// Emits the convolutions and fills heads (strides where the checkpoint has them, else 0) and
// class_count. `model` is the module that Detect is a layer of.
void lower_detect(Lowering& lowering, const Module& detect, const Module& model,
                  const Values& inputs, Graph* graph);

// Fills the heads' anchors. Their strides must be known by now.
void set_anchors(Lowering& lowering, const Module& detect, const Module& model, Graph* graph);

// names of the model: a list or a dictionary by class id. Empty if it has none that fit.
std::vector<std::string> read_class_names(const Module& model, int class_count);

}  // namespace linnet::converter::torch
