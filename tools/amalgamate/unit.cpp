#include "tools/amalgamate/unit.h"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "tools/amalgamate/prelude.h"
#include "tools/amalgamate/tokens.h"

namespace linnet::amalgamate {
namespace {

constexpr const char* kPublicHeaders[] = {"linnet/linnet.h", "linnet/linnet.hpp"};
constexpr const char* kTargets = "kernels/targets.h";

bool is_public(const std::string& path) {
  return std::find(std::begin(kPublicHeaders), std::end(kPublicHeaders), path) !=
         std::end(kPublicHeaders);
}

std::string stem(const std::string& path) {
  const size_t slash = path.find_last_of('/') + 1;
  return path.substr(slash, path.find_last_of('.') - slash);
}

// What is to be renamed: file, then name, then the new name.
using Renames = std::map<std::string, std::map<std::string, std::string>>;

// The files of a unit in order, and which of them each sees.
class Unification {
 public:
  Unification(SourceTree& tree, const Unit& unit) : tree_(tree) {
    for (const std::string& source : unit.sources) {
      for (const std::string& header : tree.all_headers(source)) {
        if (!is_public(header) && seen_.insert(header).second) files_.push_back(header);
      }
    }
    for (const std::string& source : unit.sources) files_.push_back(source);
  }

  const std::vector<std::string>& files() const { return files_; }

  Renames renames() {
    std::map<std::string, std::vector<std::string>> owners;  // name -> files, of internal names
    std::map<std::string, std::vector<std::string>> sharers;
    for (const std::string& path : files_) {
      for (const std::string& name : tree_.file(path).names.internal) owners[name].push_back(path);
      for (const std::string& name : tree_.file(path).names.shared) sharers[name].push_back(path);
    }
    Renames renames;
    for (const auto& [name, paths] : owners) {
      std::vector<std::vector<std::string>> groups = together(paths);
      const bool is_shared = sharers.count(name) != 0 && !one_meaning(paths, sharers[name]);
      if (groups.size() < 2 && !is_shared) continue;
      for (const std::vector<std::string>& group : groups) rename(name, group, &renames);
    }
    return renames;
  }

 private:
  bool sees(const std::string& from, const std::string& to) {
    const std::vector<std::string>& all = tree_.all_headers(from);
    return from == to || std::find(all.begin(), all.end(), to) != all.end();
  }
  // Whether some file sees both: then they have been compiled together before, as overloads.
  bool meet(const std::string& a, const std::string& b) {
    return std::any_of(files_.begin(), files_.end(),
                       [&](const std::string& file) { return sees(file, a) && sees(file, b); });
  }
  bool one_meaning(const std::vector<std::string>& owners,
                   const std::vector<std::string>& sharers) {
    return std::all_of(owners.begin(), owners.end(), [&](const std::string& owner) {
      return std::any_of(sharers.begin(), sharers.end(),
                         [&](const std::string& sharer) { return meet(owner, sharer); });
    });
  }
  // Files whose declarations of a name belong together.
  std::vector<std::vector<std::string>> together(const std::vector<std::string>& paths) {
    std::vector<std::vector<std::string>> groups;
    for (const std::string& path : paths) {
      std::vector<std::string> merged = {path};
      std::vector<std::vector<std::string>> others;
      for (std::vector<std::string>& group : groups) {
        const bool joins = std::any_of(group.begin(), group.end(),
                                       [&](const std::string& other) { return meet(path, other); });
        if (joins) {
          merged.insert(merged.begin(), group.begin(), group.end());
        } else {
          others.push_back(std::move(group));
        }
      }
      others.push_back(std::move(merged));
      groups = std::move(others);
    }
    return groups;
  }
  void rename(const std::string& name, const std::vector<std::string>& group, Renames* renames) {
    const std::string unique = name + '_' + short_name(group[0]);
    for (const std::string& file : files_) {
      const bool uses = std::any_of(group.begin(), group.end(),
                                    [&](const std::string& owner) { return sees(file, owner); });
      if (uses) (*renames)[file][name] = unique;
    }
  }

  SourceTree& tree_;
  std::set<std::string> seen_;
  std::vector<std::string> files_;
};

std::string section(const SourceFile& file, const std::map<std::string, std::string>& renames) {
  const auto renamed = [&](std::string_view name) {
    const auto found = renames.find(std::string(name));
    return found == renames.end() ? std::string(name) : found->second;
  };
  return "\n// ---- " + file.path + "\n" + replace_identifiers(file.body, renamed);
}

}  // namespace

std::vector<Unit> divide_into_units(const std::vector<std::string>& sources) {
  std::map<std::string, Unit> units;
  std::set<std::string> seen;
  for (const std::string& source : sources) {
    if (!seen.insert(source).second) throw std::runtime_error(source + ": twice in the list");
    const std::string isa = is_isa(stem(source)) ? stem(source) : "";
    Unit& unit = units[isa];
    unit.isa = isa;
    unit.file_name = isa.empty() ? "linnet.cpp" : "linnet_" + isa + ".cpp";
    unit.sources.push_back(source);
  }
  std::vector<Unit> result;
  for (auto& [isa, unit] : units) {
    std::sort(unit.sources.begin(), unit.sources.end());
    result.push_back(std::move(unit));
  }
  return result;
}

std::string amalgamate(SourceTree& tree, const Unit& unit, const std::string& definitions) {
  Unification together(tree, unit);
  const Renames renames = together.renames();
  std::set<std::string> system_headers;
  for (const std::string& path : together.files()) {
    const std::vector<std::string>& headers = tree.file(path).system_headers;
    system_headers.insert(headers.begin(), headers.end());
  }
  std::string out =
      unit_comment(unit.isa) + definitions + tree.file(kTargets).body + begin_unit(unit.isa);
  for (const std::string& header : system_headers) out += "#include " + header + '\n';
  out += "#include \"linnet.h\"\n" + begin_code(unit.isa);
  for (const std::string& path : together.files()) {
    if (path == kTargets) continue;
    const auto found = renames.find(path);
    out += section(tree.file(path),
                   found == renames.end() ? std::map<std::string, std::string>() : found->second);
  }
  return out + end_unit(unit.isa);
}

std::string public_header(SourceTree& tree, const std::string& name) {
  std::string text = tree.text("linnet/" + name);
  const std::string include = "#include \"linnet/linnet.h\"";
  const size_t at = text.find(include);
  if (at != std::string::npos) text.replace(at, include.size(), "#include \"linnet.h\"");
  return text;
}

}  // namespace linnet::amalgamate
