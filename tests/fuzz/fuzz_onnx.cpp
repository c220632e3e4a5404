// An ONNX model of any content, through the whole conversion.
#include <cstdint>

#include "converter/convert.h"
#include "converter/error.h"
#include "converter/frontend/frontend.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    (void)linnet::converter::convert(linnet::converter::import_onnx({data, size}, {}), {});
  } catch (const linnet::converter::ConvertError&) {
  }
  return 0;
}
