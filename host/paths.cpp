#include "host/paths.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>

namespace linnet::host {
namespace {

[[noreturn]] void fail(const std::string& path, const char* what) {
  const int error = errno;
  if (error == ENOMEM) throw std::bad_alloc();
  throw std::runtime_error(path + ": " + what + ": " + std::strerror(error));
}

// False if there is nothing. What the system cannot say is no answer: a picture would be left out.
bool mode_of(const std::string& path, mode_t* mode) {
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) {
    *mode = status.st_mode;
    return true;
  }
  for (const int nothing : {ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG}) {
    if (errno == nothing) return false;
  }
  fail(path, "cannot look at it");
}

DIR* open_folder(const std::string& folder) {
  for (;;) {
    DIR* const open = ::opendir(folder.c_str());
    if (open != nullptr) return open;
    if (errno != EINTR) fail(folder, "cannot open this folder");
  }
}

std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    if (end > at) parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

// Whether c is one of "a-c]..." or, after "!", is not; *pattern is moved behind the "]". A bracket
// that is not closed stands for itself.
bool in_brackets(const char** pattern, char c) {
  const char* p = *pattern + 1;
  const bool negated = *p == '!';
  if (negated) ++p;
  bool found = false;
  const char* const first = p;
  for (; *p != ']' || p == first; ++p) {
    if (*p == '\0') {
      ++*pattern;
      return c == '[';
    }
    const bool range = p[1] == '-' && p[2] != ']' && p[2] != '\0';
    found |= range ? *p <= c && c <= p[2] : *p == c;
    if (range) p += 2;
  }
  *pattern = p + 1;
  return found != negated;
}

// One name against one component of a pattern.
bool matches(const char* pattern, const char* name) {
  if (*name == '.' && *pattern != '.') return false;
  // Where to go on if a later part does not match: the last "*" takes one character more.
  const char *star = nullptr, *taken = nullptr;
  while (*name != '\0') {
    if (*pattern == '*') {
      star = ++pattern;
      taken = name;
      continue;
    }
    const char* next = pattern + (*pattern != '\0');
    const bool same = *pattern == '?' ||
                      (*pattern == '[' ? in_brackets(&(next = pattern), *name) : *pattern == *name);
    if (same) {
      pattern = next;
      ++name;
    } else if (star != nullptr) {
      pattern = star;
      name = ++taken;
    } else {
      return false;
    }
  }
  while (*pattern == '*') ++pattern;
  return *pattern == '\0';
}

void match_below(const std::string& folder, const std::vector<std::string>& patterns, size_t depth,
                 std::vector<std::string>* found) {
  if (depth == patterns.size()) {
    if (path_exists(folder)) found->push_back(folder);
    return;
  }
  const std::string& pattern = patterns[depth];
  if (pattern.find_first_of("*?[") == std::string::npos) {
    return match_below(join_paths(folder, pattern), patterns, depth + 1, found);
  }
  const std::string here = folder.empty() ? "." : folder;
  if (!is_folder(here)) return;
  for (const std::string& name : folder_entries(here)) {
    if (matches(pattern.c_str(), name.c_str())) {
      match_below(join_paths(folder, name), patterns, depth + 1, found);
    }
  }
}

}  // namespace

bool path_exists(const std::string& path) {
  mode_t mode;
  return mode_of(path, &mode);
}
bool is_folder(const std::string& path) {
  mode_t mode;
  return mode_of(path, &mode) && S_ISDIR(mode);
}
bool is_regular_file(const std::string& path) {
  mode_t mode;
  return mode_of(path, &mode) && S_ISREG(mode);
}

std::vector<std::string> folder_entries(const std::string& folder) {
  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };
  const std::unique_ptr<DIR, Close> open(open_folder(folder));
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* const entry = ::readdir(open.get());
    if (entry == nullptr && errno != 0) fail(folder, "cannot read this folder");
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string join_paths(const std::string& folder, const std::string& name) {
  if (folder.empty() || (!name.empty() && name[0] == '/')) return name;
  return folder.back() == '/' ? folder + name : folder + "/" + name;
}

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string file_ending(const std::string& path) {
  const std::string name = file_name(path);
  const size_t dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? "" : name.substr(dot);
}

std::string absolute_path(const std::string& path) {
  std::string start;
  if (path.empty() || path[0] != '/') {
    char here[PATH_MAX];
    if (::getcwd(here, sizeof here) != nullptr) start = here;
  }
  std::vector<std::string> kept;
  for (const std::string& part : components(join_paths(start, path))) {
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (part != ".") {
      kept.push_back(part);
    }
  }
  std::string text;
  for (const std::string& part : kept) text += "/" + part;
  return text.empty() ? "/" : text;
}

std::vector<std::string> matching_paths(const std::string& pattern) {
  std::vector<std::string> found;
  const bool from_root = !pattern.empty() && pattern[0] == '/';
  match_below(from_root ? "/" : "", components(pattern), 0, &found);
  return found;
}

}  // namespace linnet::host
