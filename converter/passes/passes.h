// The passes, in the order in which run_passes() applies them. Each is one file with one test; each
// leaves a graph that computes the same function (up to float rounding) and that infer_shapes()
// accepts.
#pragma once

#include <functional>
#include <string>

#include "converter/ir/graph.h"

namespace linnet::converter {

// Removes nodes that copy their input: identity, upsample by 1, shuffle in 1 group, whole slices,
// concat of one, identity permutations.
void remove_identity(Graph* graph);
// Removes nodes that no head depends on.
void remove_dead_code(Graph* graph);
// Folds constants: two affines in a row become one.
void fold_affine_chain(Graph* graph);
// Folds an affine (batch norm) into the convolution before it, or after it where that is exact (no
// padding); what is left becomes a depthwise 1x1 convolution.
void fold_batch_norm(Graph* graph);
// Moves an activation into the conv, add or mul that alone feeds it.
void fuse_activation(Graph* graph);
// Rewrites grouped convolutions: depthwise stays, few groups become slices, convolutions and a
// concat, many groups become one dense convolution with zeros.
void lower_grouped_conv(Graph* graph);
// A convolution on space_to_depth (Focus) is a larger, strided convolution on its input: same sums,
// no moved pixels.
void fold_space_to_depth(Graph* graph);

struct PassOptions {
  bool views = true;  // false: keep every data movement as a node (linnet-convert --no-views)
  // Called with the pass's name after each pass ("00-import" first), for --dump-ir.
  std::function<void(const std::string&, const Graph&)> dump;
};
void run_passes(Graph* graph, const PassOptions& options);

}  // namespace linnet::converter
