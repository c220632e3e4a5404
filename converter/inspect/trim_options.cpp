#include "converter/inspect/trim_options.h"

#include "converter/error.h"
#include "host/arena_session.h"
#include "linnet/linnet.h"
#include "model/model_view.h"
#include "model/op_traits.h"

namespace linnet::converter {
namespace {

void append(std::string* list, const char* name) {
  if (!list->empty()) *list += ',';
  *list += name;
}

bool reads(const ModelView& model, const format::Node& node, format::DType type) {
  return model.tensor(model.operand(node, 0).segments[0].tensor).dtype == type;
}

}  // namespace

std::string trim_options(const void* file, size_t bytes) {
  linnet_model verified{};
  if (linnet_model_verify(file, bytes, &verified) != LINNET_OK) {
    throw ConvertError("", host::error_line(verified.error));
  }
  const ModelView model(file);
  bool f32 = false, s8 = false;
  std::string types, ops;
  for (int i = 0; i < model.node_count(); ++i) {
    f32 = f32 || reads(model, model.node(i), format::kF32);
    s8 = s8 || reads(model, model.node(i), format::kS8);
    // quantize is there in builds that have both types.
    s8 = s8 || model.node(i).op == format::k_quantize;
  }
  for (const format::OpTraits& traits : format::kOpTraits) {
    // A build without conv2d does not exist.
    bool used = traits.code == format::k_conv2d;
    for (int i = 0; i < model.node_count(); ++i) used = used || model.node(i).op == traits.code;
    if (used) append(&ops, traits.name);
  }
  if (f32) append(&types, "f32");
  if (s8) append(&types, "int8");
  return "-DLINNET_TYPES=" + types + " -DLINNET_OPS=" + ops + '\n';
}

}  // namespace linnet::converter
