#include <algorithm>
#include <cstdio>
#include <stdexcept>

#include "bench/report.h"
#include "host/file.h"
#include "host/json_reader.h"

namespace linnet::bench {
namespace {

// How far the median of a case may move without meaning: half of what nine in ten runs spread over,
// and never less than 1 %.
double noise_of(const Stats& s) {
  return std::max(0.01, (s.p90 - s.min) / s.median / 2);
}

}  // namespace

std::string compare(const Report& report, const std::string& old_path) {
  const std::vector<uint8_t> file = host::read_file(old_path);
  const std::string text(file.begin(), file.end());
  std::string out = "compared with " + old_path + "\n";
  try {
    const host::JsonValue old = host::parse_json(text);
    for (const Measurement& m : report.measurements) {
      const Stats now = m.stats();
      char line[200];
      std::snprintf(line, sizeof line, "%36s  not in the old file\n", m.name().c_str());
      for (const host::JsonValue& entry : old["benchmarks"].array()) {
        if (entry["name"].string() != m.name()) continue;
        std::vector<double> samples;
        for (const host::JsonValue& sample : entry["samples"].array()) {
          samples.push_back(sample.number());
        }
        if (samples.empty()) continue;
        const Stats before = stats_of(samples);
        const double change = now.median / before.median - 1;
        const double noise = std::max(noise_of(now), noise_of(before));
        const char* verdict = change > noise ? "SLOWER" : change < -noise ? "faster" : "same";
        std::snprintf(line, sizeof line,
                      "%36s  %8.2f -> %8.2f ms  %+6.1f %%  (noise %.1f %%)  %s\n", m.name().c_str(),
                      before.median, now.median, 100 * change, 100 * noise, verdict);
      }
      out += line;
    }
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(old_path + ": expected what linnet-bench --format json writes; " +
                             error.what());
  }
  return out;
}

}  // namespace linnet::bench
