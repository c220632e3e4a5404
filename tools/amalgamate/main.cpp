// Makes one directory of a few source files from the runtime's many:
//   linnet-amalgamate SOURCE_DIR OUT_DIR [-DNAME=VALUE...] SOURCE...
// Sources are relative to SOURCE_DIR; definitions become part of the result. OUT_DIR gets linnet.h,
// linnet.hpp, linnet.cpp with all that is portable, and linnet_<isa>.cpp for each instruction set.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "host/file.h"
#include "tools/amalgamate/unit.h"

using namespace linnet::amalgamate;

namespace {

// "NAME=VALUE" as a directive.
std::string definition(std::string text) {
  const size_t equals = text.find('=');
  if (equals != std::string::npos) text[equals] = ' ';
  return "#define " + text + '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr,
                 "usage: linnet-amalgamate SOURCE_DIR OUT_DIR [-DNAME=VALUE...] SOURCE...\n");
    return 2;
  }
  try {
    const std::filesystem::path out = argv[2];
    std::filesystem::create_directories(out);
    SourceTree tree(argv[1]);
    std::vector<std::string> sources;
    std::string definitions;
    for (const std::string& argument : std::vector<std::string>(argv + 3, argv + argc)) {
      if (argument.starts_with("-D")) {
        definitions += definition(argument.substr(2));
      } else {
        sources.push_back(argument);
      }
    }
    std::vector<std::pair<std::string, std::string>> texts;  // by path
    for (const Unit& unit : divide_into_units(sources)) {
      texts.push_back({(out / unit.file_name).string(), amalgamate(tree, unit, definitions)});
    }
    for (const char* header : {"linnet.h", "linnet.hpp"}) {
      texts.push_back({(out / header).string(), public_header(tree, header)});
    }
    std::vector<linnet::host::NewFile> files;
    for (const auto& [path, text] : texts) {
      files.push_back({path, linnet::host::bytes_of(text)});
    }
    linnet::host::write_files_atomically(files);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linnet-amalgamate: %s\n", error.what());
    return 1;
  }
}
