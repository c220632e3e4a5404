// What an amalgamated file begins and ends with: how compilers are told to use an instruction set
// without options on their command line.
#pragma once

#include <string>

namespace linnet::amalgamate {

// Whether sources of this name are compiled for an instruction set.
bool is_isa(const std::string& name);

// isa: "" for portable code. In the order of the file: a comment; kernels/targets.h follows; then
// pragmas; then the headers of the compiler; then what the code needs before it.
std::string unit_comment(const std::string& isa);
std::string begin_unit(const std::string& isa);
std::string begin_code(const std::string& isa);
std::string end_unit(const std::string& isa);

}  // namespace linnet::amalgamate
