#include "host/program.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>

#include "host/args.h"

namespace linnet::host {

int report_exception(const char* program, std::FILE* err, const char* subject) noexcept {
  const char* const colon = subject != nullptr ? ": " : "";
  if (subject == nullptr) subject = "";
  try {
    throw;
  } catch (const UsageError& error) {
    std::fprintf(err, "%s: %s\n", program, error.what());
    return 2;
  } catch (const std::bad_alloc&) {
    std::fprintf(err, "%s: %s%sout of memory\n", program, subject, colon);
  } catch (const std::exception& error) {
    std::fprintf(err, "%s: %s\n", program, error.what());
  } catch (...) {
    std::fprintf(err, "%s: %s%sunknown error\n", program, subject, colon);
  }
  return 1;
}

void flush_output(std::FILE* out) {
  errno = 0;
  if (std::fflush(out) == 0 && std::ferror(out) == 0) return;
  // A write that failed long before left its flag, but not the reason.
  const std::string reason = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
  throw std::runtime_error("cannot write to standard output" + reason);
}

void report_file_size_limit() {
  (void)std::signal(SIGXFSZ, SIG_IGN);
}

}  // namespace linnet::host
