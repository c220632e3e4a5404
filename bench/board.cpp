#include "bench/board.h"

#include <sys/resource.h>
#include <sys/utsname.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <vector>

#include "host/args.h"
#include "host/cores.h"
#include "host/file.h"
#include "host/isa.h"
#include "kernels/dwconv_f32/dwconv_f32.h"
#include "kernels/igemm_f32/igemm_f32.h"
#include "linnet/linnet.h"

namespace linnet::bench {
namespace {

// Calls visit(line) for each line of a file of the system until it returns true; nothing happens if
// there is no such file. C's streams: C++'s would double the size of the static program.
void for_each_line(const std::string& path, const std::function<bool(const std::string&)>& visit) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return;
  char text[1024];
  while (std::fgets(text, sizeof text, file) != nullptr) {
    std::string line(text);
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    if (visit(line)) break;
  }
  std::fclose(file);
}

// Empty if there is none.
std::string first_line(const std::string& path) {
  std::string first;
  for_each_line(path, [&](const std::string& line) {
    first = line;
    return true;
  });
  return first;
}

// The value of a line "key : value"; empty if the line is another.
std::string value_of(const std::string& line, const char* key) {
  const size_t colon = line.find(": ");
  const bool matches = line.rfind(key, 0) == 0 && colon != std::string::npos;
  return matches ? line.substr(colon + 2) : "";
}

std::string value_in_cpuinfo(const char* key) {
  std::string value;
  for_each_line("/proc/cpuinfo", [&](const std::string& line) {
    value = value_of(line, key);
    return !value.empty();
  });
  return value;
}

// Arm's part numbers (MIDR_EL1, implementer 0x41).
const char* arm_core(unsigned part) {
  switch (part) {
    case 0xC07:
      return "Cortex-A7";
    case 0xC0F:
      return "Cortex-A15";
    case 0xD03:
      return "Cortex-A53";
    case 0xD04:
      return "Cortex-A35";
    case 0xD05:
      return "Cortex-A55";
    case 0xD07:
      return "Cortex-A57";
    case 0xD08:
      return "Cortex-A72";
    case 0xD09:
      return "Cortex-A73";
    case 0xD0A:
      return "Cortex-A75";
    case 0xD0B:
      return "Cortex-A76";
    case 0xD0C:
      return "Neoverse-N1";
    case 0xD41:
      return "Cortex-A78";
    case 0xD46:
      return "Cortex-A510";
    default:
      return nullptr;
  }
}

// "4 x Cortex-A72", from each core's part number in /proc/cpuinfo, or the model's name.
std::string core_names() {
  std::map<std::string, int> counts;
  for_each_line("/proc/cpuinfo", [&](const std::string& line) {
    const std::string part = value_of(line, "CPU part");
    if (part.empty()) return false;
    const char* name = arm_core(static_cast<unsigned>(std::strtoul(part.c_str(), nullptr, 16)));
    ++counts[name != nullptr ? name : "part " + part];
    return false;
  });
  std::string text;
  for (const auto& [name, count] : counts) {
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + " x " + name;
  }
  return text.empty() ? value_in_cpuinfo("model name") : text;
}

std::string board_name() {
  const std::string tree = first_line("/proc/device-tree/model");
  return tree.empty() ? first_line("/sys/class/dmi/id/product_name") : tree;
}

std::string text_of(double value, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof text, "%.6g %s", value, unit);
  return text;
}

}  // namespace

int core_count() {
  return static_cast<int>(host::usable_cores().size());
}

void set_cpu_mask(const std::string& mask) {
  char* end = nullptr;
  const unsigned long long bits = std::strtoull(mask.c_str(), &end, 16);
  if (mask.empty() || *end != 0 || bits == 0) {
    throw host::UsageError("--cpu-mask: expected a hexadecimal number such as F0, found '" + mask +
                           "'");
  }
  std::vector<int> cores;
  for (int i = 0; i < 64; ++i) {
    if (((bits >> i) & 1) != 0) cores.push_back(i);
  }
  if (!host::use_cores(cores)) {
    throw host::UsageError("--cpu-mask: this machine has none of the cores of " + mask);
  }
}

std::vector<Fact> static_facts(uint32_t cpu_features) {
  const uint32_t usable = host::usable_cpu_features(cpu_features);
  utsname system{};
  uname(&system);
  std::vector<Fact> facts;
  facts.push_back({"board", board_name()});
  facts.push_back({"cores", core_names()});
  facts.push_back({"cores_usable", std::to_string(core_count())});
  facts.push_back({"cpu_features", host::cpu_feature_names(linnet_cpu_features())});
  facts.push_back({"isa", host::cpu_feature_names(usable)});
  facts.push_back({"kernel_igemm", igemm_f32_select(usable).name});
  facts.push_back({"kernel_depthwise", dwconv_f32_select(usable, 3, 3, 1, 1).name});
  facts.push_back({"bits", std::to_string(8 * sizeof(void*))});
  facts.push_back(
      {"system", std::string(system.sysname) + " " + system.release + " " + system.machine});
  facts.push_back({"compiler", LINNET_COMPILER});
#ifdef NDEBUG
  facts.push_back({"build", "release"});
#else
  facts.push_back({"build", "debug"});
#endif
  facts.push_back({"commit", LINNET_COMMIT});
  return facts;
}

Condition condition_now() {
  Condition now;
  const std::string cpu = "/sys/devices/system/cpu/cpu0/cpufreq/";
  now.governor = first_line(cpu + "scaling_governor");
  now.megahertz = host::number_in(cpu + "scaling_cur_freq") / 1000;
  if (now.megahertz == 0) now.megahertz = std::strtod(value_in_cpuinfo("cpu MHz").c_str(), nullptr);
  now.celsius = host::number_in("/sys/class/thermal/thermal_zone0/temp") / 1000;
  double load = 0;
  if (getloadavg(&load, 1) == 1) now.load = load;
  const std::string throttled = first_line("/sys/devices/platform/soc/soc:firmware/get_throttled");
  if (!throttled.empty()) now.throttled = std::strtol(throttled.c_str(), nullptr, 16);
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    now.peak_rss_bytes = static_cast<size_t>(usage.ru_maxrss) * 1024;
  }
  return now;
}

std::vector<Fact> facts_of(const Condition& c) {
  std::vector<Fact> facts;
  if (!c.governor.empty()) facts.push_back({"governor", c.governor});
  if (c.megahertz > 0) facts.push_back({"frequency", text_of(c.megahertz, "MHz")});
  if (c.celsius > 0) facts.push_back({"temperature", text_of(c.celsius, "C")});
  facts.push_back({"load", text_of(c.load, "(1 minute)")});
  if (c.throttled >= 0) facts.push_back({"throttled", std::to_string(c.throttled)});
  facts.push_back({"peak_rss", text_of(static_cast<double>(c.peak_rss_bytes) / 1e6, "MB")});
  return facts;
}

std::vector<std::string> warnings(const Condition& before, const Condition& after) {
  std::vector<std::string> list;
#ifndef NDEBUG
  list.emplace_back("debug build: the figures mean nothing");
#endif
  if (before.governor == "powersave") {
    list.emplace_back("governor is powersave: the cores run slowly");
  }
  // Bits 0 to 3: under-voltage, capped, throttled, soft temperature limit, now; 16 to 19: since
  // boot.
  if (after.throttled > 0 && (after.throttled & 0xF) != 0) {
    list.emplace_back("the board throttles (under-voltage or temperature)");
  } else if (after.throttled > 0 && after.throttled != before.throttled) {
    list.emplace_back("the board throttled during the run");
  }
  if (before.megahertz > 0 && after.megahertz > 0 && after.megahertz < 0.8 * before.megahertz) {
    list.emplace_back("the frequency fell during the run");
  }
  if (before.load > 0.5) list.emplace_back("the machine was busy before the run");
  return list;
}

}  // namespace linnet::bench
