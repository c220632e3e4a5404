#include "converter/passes/passes.h"

namespace linnet::converter {
namespace {

struct Pass {
  const char* name;
  void (*run)(Graph*);
  bool views_only;  // part of "move no data"; off with --no-views
};

constexpr Pass kPasses[] = {
    {"remove_identity", remove_identity, false},
    {"remove_dead_code", remove_dead_code, false},
    {"fold_affine_chain", fold_affine_chain, false},
    {"fold_batch_norm", fold_batch_norm, false},
    {"fuse_activation", fuse_activation, false},
    {"lower_grouped_conv", lower_grouped_conv, false},
    {"fold_space_to_depth", fold_space_to_depth, true},
};

}  // namespace

void run_passes(Graph* graph, const PassOptions& options) {
  infer_shapes(graph);
  if (options.dump) options.dump("00-import", *graph);
  int index = 0;
  for (const Pass& pass : kPasses) {
    ++index;
    if (pass.views_only && !options.views) continue;
    pass.run(graph);
    infer_shapes(graph);
    if (!options.dump) continue;
    std::string label = "0";
    label.append(std::to_string(index)).append("-").append(pass.name);
    options.dump(label, *graph);
  }
}

}  // namespace linnet::converter
