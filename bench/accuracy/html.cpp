#include "bench/accuracy/report.h"
namespace linnet::bench::accuracy {
std::string to_html(const Report&) {
  return "";
}
}  // namespace linnet::bench::accuracy
