// Results as text, Markdown, JSON (Google Benchmark's envelope), CSV or HTML.
#pragma once

#include <string>
#include <vector>

#include "bench/board.h"
#include "bench/measurement.h"
#include "bench/profile.h"

namespace linnet::bench {

struct Report {
  std::vector<Fact> facts;
  Condition before, after;
  std::vector<Measurement> measurements;
  std::vector<std::string> warnings;
};

std::string to_text(const Report& report);
std::string to_markdown(const Report& report);
std::string to_csv(const Report& report);
std::string to_json(const Report& report);
// A page that needs nothing else: the table, bars of the layers, the arena over time.
std::string to_html(const Report& report, const std::vector<Profile>& profiles);

// What became faster or slower than in `old_json` (a file that to_json() wrote) by more than the
// noise of both. Throws std::runtime_error if the file is something else.
std::string compare(const Report& report, const std::string& old_path);

}  // namespace linnet::bench
