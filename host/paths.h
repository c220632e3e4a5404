// Paths and folders of POSIX systems. In place of <filesystem>, which brings the standard library's
// locales and streams into a static program: 0.3 MB.
#pragma once

#include <string>
#include <vector>

namespace linnet::host {

// False if there is nothing, or nothing that the user may see; std::runtime_error if the system
// cannot say.
bool path_exists(const std::string& path);
bool is_folder(const std::string& path);
bool is_regular_file(const std::string& path);

// Names in a folder, sorted, without "." and "..". Throws std::runtime_error with one line.
std::vector<std::string> folder_entries(const std::string& folder);

// name below folder; name itself if it begins with "/" or there is no folder.
std::string join_paths(const std::string& folder, const std::string& name);
// "/a/b.jpg" -> "b.jpg".
std::string file_name(const std::string& path);
// "/a/b.c.jpg" -> ".jpg"; empty if the name has none, as ".profile".
std::string file_ending(const std::string& path);
// From the root on, without "." and ".."; links are not followed.
std::string absolute_path(const std::string& path);

// Existing paths that match a pattern, sorted: * any characters, ? one, [a-c] one of these, [!a]
// one of others; none of them matches "/", nor a "." that a name begins with.
std::vector<std::string> matching_paths(const std::string& pattern);

}  // namespace linnet::host
