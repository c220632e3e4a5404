#include "converter/error.h"
#include "converter/frontend/frontend.h"

namespace linnet::converter {
Graph import_onnx(Bytes, const ImportOptions&) { throw ConvertError("", "ONNX files are not read yet"); }
}  // namespace linnet::converter
