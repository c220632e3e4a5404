// Which pictures a command line means.
#pragma once

#include <string>
#include <vector>

namespace linnet::host {

// Each word is a file, a folder (its files that end like pictures, sorted by name, not its
// subfolders) or a pattern with * ? [ ] (sorted; used when no file has that very name). A file that
// does not exist is kept, so that reading it says so. A folder or a pattern without a picture is a
// std::runtime_error.
std::vector<std::string> list_pictures(const std::vector<std::string>& words);

}  // namespace linnet::host
