// What the main() of every host program does around its work: one line and an exit status for
// whatever goes wrong, and no output that is lost without a word.
#pragma once

#include <cstdio>

namespace linnet::host {

// In a handler: writes the exception that is being handled to `err` as one line,
// "program: [subject: ]what happened". Returns the exit status: 2 for a UsageError, 1 for all else.
// Allocates nothing. subject (null: none) is named where the exception cannot know it: when memory
// ran out.
int report_exception(const char* program, std::FILE* err, const char* subject = nullptr) noexcept;

// Throws std::runtime_error if something that was written to `out` did not arrive.
void flush_output(std::FILE* out);

// A write beyond the limit on file sizes (ulimit -f) then fails, as one to a full disk does; else a
// signal would end the program and leave its temporary file.
void report_file_size_limit();

// Returns the exit status of body(), or that of the exception it throws.
template <typename Body>
int run_reporting(const char* program, std::FILE* out, std::FILE* err, const Body& body) noexcept {
  try {
    report_file_size_limit();
    const int status = body();
    flush_output(out);
    return status;
  } catch (...) {
    return report_exception(program, err);
  }
}

}  // namespace linnet::host
