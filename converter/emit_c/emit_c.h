// A model as C source: one array that lies in read-only memory, and a header with what a program
// has to know at compile time (linnet-convert --emit-c).
#pragma once

#include <cstddef>
#include <string>

namespace linnet::converter {

struct CSourceOptions {
  std::string file_name;      // of both files, without folder and extension
  int height = 0, width = 0;  // whose arena is asked for; 0 = native
  int threads = 1;
};

// FILE_NAME.h and FILE_NAME.c: C99 that is C++ as well.
struct CSource {
  std::string header, source;
};

// "v5lite-s" -> "v5lite_s": what the names in the source begin with. Throws ConvertError for a file
// name that none can be made of, or that cannot be included.
std::string c_name(const std::string& file_name);

// file: 64-byte aligned bytes. Throws ConvertError for a file that the verifier refuses, or a size
// or thread count that the model cannot take.
CSource emit_c(const void* file, size_t bytes, const CSourceOptions& options);

}  // namespace linnet::converter
