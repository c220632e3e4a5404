// An ncnn model of any content, through the whole conversion. The input is the .param text, a zero
// byte and the .bin file.
#include <algorithm>
#include <cstdint>

#include "converter/convert.h"
#include "converter/error.h"
#include "converter/frontend/frontend.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const uint8_t* const zero = std::find(data, data + size, uint8_t{0});
  const auto text = static_cast<size_t>(zero - data);
  const size_t bin = std::min(size, text + 1);
  try {
    (void)linnet::converter::convert(
        linnet::converter::import_ncnn({data, text}, {data + bin, size - bin}, {}), {});
  } catch (const linnet::converter::ConvertError&) {
  }
  return 0;
}
