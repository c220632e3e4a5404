// Any bytes as a checkpoint. The corpus was written by tests/support/torch/checkpoint_writer.h
// (tiny detectors in every container and protocol) and by the mutator.
#include "converter/convert.h"
#include "converter/error.h"
#include "converter/frontend/frontend.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMostBytes = 1 << 20;
  if (size > kMostBytes) return 0;
  try {
    (void)linnet::converter::convert(linnet::converter::import_torch({data, size}, {}), {});
  } catch (const linnet::converter::ConvertError&) {
  }
  return 0;
}
