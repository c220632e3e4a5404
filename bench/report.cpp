#include "bench/report.h"

#include <chrono>
#include <cstdio>

#include "host/format.h"
#include "host/json.h"

namespace linnet::bench {
namespace {

// UTC, "2026-01-31T23:59:59+00:00". Without strftime and time zones, which a static program would
// carry along.
std::string date_now() {
  using namespace std::chrono;
  const auto now = floor<seconds>(system_clock::now());
  const auto day = floor<days>(now);
  const year_month_day date(day);
  const hh_mm_ss time(now - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d+00:00",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text;
}

void write_facts(const std::vector<Fact>& facts, host::JsonWriter* json) {
  for (const Fact& fact : facts) json->key(fact.name).value(fact.value);
}

void write_context(const Report& report, host::JsonWriter* json) {
  json->key("context").begin_object();
  json->key("date").value(date_now());
  json->key("executable").value("linnet-bench");
  json->key("num_cpus").value(core_count());
  json->key("mhz_per_cpu").value(report.before.megahertz, 0);
  json->key("cpu_scaling_enabled")
      .value(!report.before.governor.empty() && report.before.governor != "performance");
  json->key("caches").begin_array().end_array();
  json->key("load_avg").begin_array().value(report.before.load).end_array();
#ifdef NDEBUG
  json->key("library_build_type").value("release");
#else
  json->key("library_build_type").value("debug");
#endif
  write_facts(report.facts, json);
  json->key("before").begin_object();
  write_facts(facts_of(report.before), json);
  json->end_object();
  json->key("after").begin_object();
  write_facts(facts_of(report.after), json);
  json->end_object();
  json->key("warnings").begin_array();
  for (const std::string& warning : report.warnings) json->value(warning);
  json->end_array().end_object();
}

void write_measurement(const Measurement& m, host::JsonWriter* json) {
  const Stats s = m.stats();
  json->begin_object();
  json->key("name").value(m.name());
  json->key("run_name").value(m.name());
  json->key("run_type").value("iteration");
  json->key("repetitions").value(1);
  json->key("repetition_index").value(0);
  json->key("threads").value(m.threads);
  json->key("iterations").value(static_cast<int64_t>(m.samples.size()));
  json->key("real_time").value(s.median);
  json->key("cpu_time").value(s.median);
  json->key("time_unit").value("ms");
  json->key("min").value(s.min).key("max").value(s.max).key("mean").value(s.mean);
  json->key("median").value(s.median).key("p90").value(s.p90);
  json->key("arena_bytes").value(static_cast<int64_t>(m.arena_bytes));
  json->key("model_bytes").value(static_cast<int64_t>(m.file_bytes));
  json->key("samples").begin_array();
  for (const double sample : m.samples) json->value(sample);
  json->end_array().end_object();
}

// One line of the table, as benchncnn prints it.
std::string text_row(const Measurement& m) {
  const Stats s = m.stats();
  return host::formatted(
      "%36s  min = %8.2f  max = %8.2f  avg = %8.2f  median = %8.2f  p90 = %8.2f  arena = %5.2f "
      "MB\n",
      m.name().c_str(), s.min, s.max, s.mean, s.median, s.p90,
      static_cast<double>(m.arena_bytes) / 1e6);
}

}  // namespace

std::string to_text(const Report& report) {
  std::string out;
  for (const Fact& fact : report.facts) {
    if (!fact.value.empty())
      out += host::formatted("%-18s %s\n", fact.name.c_str(), fact.value.c_str());
  }
  for (const Fact& fact : facts_of(report.before)) {
    out += host::formatted("%-18s %s\n", fact.name.c_str(), fact.value.c_str());
  }
  out += "\nmilliseconds an inference\n";
  for (const Measurement& m : report.measurements) out += text_row(m);
  out += "\nafter the run:";
  for (const Fact& fact : facts_of(report.after)) {
    out += host::formatted(" %s %s;", fact.name.c_str(), fact.value.c_str());
  }
  out += '\n';
  for (const std::string& warning : report.warnings) out += "WARNING: " + warning + "\n";
  return out;
}

std::string to_markdown(const Report& report) {
  std::string out;
  for (const Fact& fact : report.facts) {
    if (!fact.value.empty()) out += "- " + fact.name + ": " + fact.value + "\n";
  }
  for (const std::string& warning : report.warnings) out += "- **" + warning + "**\n";
  out +=
      "\n| case | min ms | median ms | mean ms | p90 ms | max ms | runs | arena MB |\n"
      "|---|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const Measurement& m : report.measurements) {
    const Stats s = m.stats();
    out += host::formatted("| %s | %.2f | %.2f | %.2f | %.2f | %.2f | %zu | %.2f |\n",
                           m.name().c_str(), s.min, s.median, s.mean, s.p90, s.max,
                           m.samples.size(), static_cast<double>(m.arena_bytes) / 1e6);
  }
  return out;
}

std::string to_csv(const Report& report) {
  std::string out =
      "name,network,height,width,threads,runs,min_ms,median_ms,mean_ms,p90_ms,max_ms,"
      "arena_bytes\n";
  for (const Measurement& m : report.measurements) {
    const Stats s = m.stats();
    out += host::formatted("%s,%s,%d,%d,%d,%zu,%.4f,%.4f,%.4f,%.4f,%.4f,%zu\n", m.name().c_str(),
                           m.network.c_str(), m.size.height, m.size.width, m.threads,
                           m.samples.size(), s.min, s.median, s.mean, s.p90, s.max, m.arena_bytes);
  }
  return out;
}

std::string to_json(const Report& report) {
  host::JsonWriter json;
  json.begin_object();
  write_context(report, &json);
  json.key("benchmarks").begin_array();
  for (const Measurement& m : report.measurements) write_measurement(m, &json);
  json.end_array().end_object();
  return json.finish();
}

}  // namespace linnet::bench
