// linnet-bench: what it computes and writes, not how fast anything is.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/board.h"
#include "bench/measurement.h"
#include "bench/profile.h"
#include "bench/program.h"
#include "bench/report.h"
#include "bench/runner.h"
#include "bench/scaling.h"
#include "host/args.h"
#include "host/file.h"
#include "host/isa.h"
#include "host/json_reader.h"

namespace linnet::test {
namespace {

using bench::Measurement;
using bench::Network;

std::string temporary(const char* name) {
  return (std::filesystem::path(testing::TempDir()) / name).string();
}

std::string text_of(const std::string& path) {
  const std::vector<uint8_t> bytes = host::read_file(path);
  return {bytes.begin(), bytes.end()};
}

int run(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "linnet-bench");
  return bench::run_program(static_cast<int>(arguments.size()), arguments.data());
}

TEST(BenchStats, OfKnownSamples) {
  const bench::Stats s = bench::stats_of({5, 1, 4, 2, 3, 10, 9, 6, 8, 7});
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.max, 10);
  EXPECT_EQ(s.mean, 5.5);
  EXPECT_EQ(s.median, 5.5);
  EXPECT_EQ(s.p90, 9);
  EXPECT_EQ(bench::stats_of({2}).p90, 2);
}

// Every built-in network passes the verifier, runs, and finds little in a picture of nothing.
TEST(BenchNetworks, BuiltInOnesRun) {
  ASSERT_EQ(Network::builtin_names(),
            (std::vector<std::string>{"v5lite-e", "v5lite-e-int8", "v5lite-s", "v5lite-s-int8",
                                      "v5lite-c", "v5lite-g", "v5lite-g-int8"}));
  for (const std::string& name : Network::builtin_names()) {
    bench::RunnerOptions options;
    options.size = {96, 64};
    bench::Plan plan;
    plan.warmup = 0;
    plan.runs = 1;
    const Measurement m = bench::measure(Network::builtin(name), options, plan, "");
    EXPECT_EQ(m.samples.size(), 1u);
    EXPECT_LT(m.boxes, 50u) << name;
    EXPECT_GT(m.arena_bytes, 0u);
  }
}

// The same picture, whatever the type of the network's input.
TEST(BenchNetworks, PicturesAreInput) {
  const std::string path = temporary("input.ppm");
  std::ofstream(path, std::ios::binary) << "P6 64 96 255\n" << std::string(3 * 64 * 96, '\x55');
  for (const char* name : {"v5lite-e", "v5lite-e-int8"}) {
    bench::RunnerOptions options;
    options.size = {96, 64};
    bench::Runner runner(Network::builtin(name), options);
    runner.set_input(path);
    ASSERT_EQ(runner.input().size(), 3u * 64 * 96) << name;
    for (const float level : runner.input()) ASSERT_FLOAT_EQ(level, 1.0f / 3) << name;
    runner.run();
  }
}

TEST(BenchProgram, JsonIsGoogleBenchmarksEnvelope) {
  const std::string path = temporary("bench.json");
  ASSERT_EQ(run({"--network", "v5lite-e", "--size", "64", "--threads", "1,2", "--runs", "4",
                 "--format", "json", "--out", path.c_str()}),
            0);
  const host::JsonValue json = host::parse_json(text_of(path));
  EXPECT_NE(json["context"].find("library_build_type"), nullptr);
  EXPECT_NE(json["context"].find("kernel_igemm"), nullptr);
  const auto& list = json["benchmarks"].array();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["name"].string(), "v5lite-e/64x64/f32/threads:1");
  EXPECT_EQ(list[1]["threads"].number(), 2);
  EXPECT_EQ(list[0]["samples"].array().size(), 4u);
  EXPECT_EQ(list[0]["real_time"].number(), list[0]["median"].number());
  // The file that was written can be compared with.
  EXPECT_EQ(
      run({"--network", "v5lite-e", "--size", "64", "--threads", "1", "--runs", "4", "--format",
           "csv", "--out", temporary("bench.csv").c_str(), "--compare", path.c_str()}),
      0);
}

TEST(BenchProgram, CompareTellsNoiseFromChange) {
  bench::Report report;
  Measurement m;
  m.network = "n";
  m.size = {64, 64};
  m.samples = {10, 10.1, 10.2, 10.1};
  report.measurements.push_back(m);
  const std::string path = temporary("old.json");
  const auto old = [&](std::vector<double> samples) {
    bench::Report before = report;
    before.measurements[0].samples = std::move(samples);
    std::ofstream(path) << bench::to_json(before);
    return bench::compare(report, path);
  };
  EXPECT_NE(old({10, 10.1, 10.1, 10.2}).find("same"), std::string::npos);
  EXPECT_NE(old({20, 20.1, 20.2, 20.1}).find("faster"), std::string::npos);
  EXPECT_NE(old({5, 5.1, 5.1, 5.2}).find("SLOWER"), std::string::npos);
  EXPECT_NE(old({5, 15, 10, 12}).find("same"), std::string::npos) << "noisy samples prove nothing";
  std::ofstream(path) << "{\"benchmarks\": 3}";
  EXPECT_THROW(bench::compare(report, path), std::runtime_error);
}

TEST(BenchProgram, HtmlAndProfile) {
  const std::string page = temporary("report.html");
  ASSERT_EQ(
      run({"--network", "v5lite-e", "--size", "64", "--threads", "1", "--runs", "2", "--format",
           "md", "--out", temporary("report.md").c_str(), "--html", page.c_str()}),
      0);
  const std::string html = text_of(page);
  EXPECT_NE(html.find("Arena over time"), std::string::npos);
  EXPECT_NE(html.find("</html>"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos) << "the page must need nothing else";

  bench::RunnerOptions options;
  options.size = {320, 320};
  bench::Plan plan;
  plan.warmup = 0;
  plan.runs = 1;
  const bench::Profile p = bench::profile(Network::builtin("v5lite-s"), options, plan, "");
  EXPECT_EQ(p.layers.size(), 83u);
  double macs = 0;
  for (const bench::LayerProfile& layer : p.layers) macs += layer.macs;
  EXPECT_NEAR(macs * 1e-6, 485, 15) << "MMAC of a v5lite-s at 320x320";
  EXPECT_TRUE(p.layers[1].fused) << "the max-pool runs inside the stem";
  for (const bench::ArenaTensor& t : p.arena) EXPECT_LE(t.offset + t.bytes, p.arena_bytes);
}

TEST(BenchProgram, ScalingComparesThreadsWithLoops) {
  bench::RunnerOptions options;
  options.size = {64, 64};
  options.threads = 2;
  bench::Plan plan;
  plan.warmup = 0;
  plan.runs = 3;
  const bench::Scaling s = bench::scaling(Network::builtin("v5lite-e"), options, plan, "");
  EXPECT_EQ(s.threads, 2);
  EXPECT_GT(s.one_ms, 0);
  EXPECT_DOUBLE_EQ(s.speed_up(), s.one_ms / s.all_ms);
  EXPECT_GT(s.loops, 0);
  const std::string out = temporary("scaling.txt");
  ASSERT_EQ(run({"--scaling", "--network", "v5lite-e", "--size", "64", "--threads", "1,2", "--runs",
                 "2", "--out", out.c_str()}),
            0);
  EXPECT_NE(text_of(out).find("2 threads"), std::string::npos);
  EXPECT_EQ(run({"--scaling", "--network", "v5lite-e", "--size", "64", "--threads", "1"}), 2);
}

TEST(BenchProgram, MistakesAreOneLineAndStatusTwo) {
  EXPECT_EQ(run({"--format", "xml"}), 2);
  EXPECT_EQ(run({"--threads", "0"}), 2);
  EXPECT_EQ(run({"--filter", "nothing is called so"}), 2);
  EXPECT_EQ(run({"--cpu-mask", "zz"}), 2);
  EXPECT_EQ(run({"model.lnt"}), 2);
  EXPECT_EQ(run({"--network", "v5lite-x"}), 1);
  EXPECT_EQ(run({"--model", temporary("absent.lnt").c_str()}), 1);
}

TEST(Isa, NamesAndMasks) {
  const uint32_t all = LINNET_CPU_AVX2 | LINNET_CPU_AVX512;
  EXPECT_EQ(host::cpu_features_of("scalar", all), uint32_t{LINNET_CPU_PORTABLE});
  EXPECT_EQ(host::cpu_features_of("avx2", all), uint32_t{LINNET_CPU_AVX2});
  EXPECT_EQ(host::cpu_features_of("avx512", all), all);
  EXPECT_THROW(host::cpu_features_of("neon", all), host::UsageError);
  EXPECT_THROW(host::cpu_features_of("sse9", all), host::UsageError);
  EXPECT_EQ(host::cpu_feature_names(0), "scalar");
  EXPECT_EQ(host::cpu_feature_names(LINNET_CPU_NEON | LINNET_CPU_DOTPROD), "neon dotprod");
}

// LINNET_ISA in the environment changes the kernels that run.
TEST(Isa, TheEnvironmentTakesEffect) {
  const std::string path = temporary("scalar.json");
  ASSERT_EQ(setenv("LINNET_ISA", "scalar", 1), 0);
  EXPECT_EQ(run({"--network", "v5lite-e", "--size", "64", "--threads", "1", "--runs", "1",
                 "--format", "json", "--out", path.c_str()}),
            0);
  const host::JsonValue json = host::parse_json(text_of(path));
  EXPECT_EQ(json["context"]["isa"].string(), "scalar");
  EXPECT_EQ(json["context"]["kernel_igemm"].string(), "igemm_f32_4x8_n8k1_scalar");
  setenv("LINNET_ISA", "no such", 1);
  EXPECT_EQ(run({"--network", "v5lite-e", "--size", "64"}), 2);
  unsetenv("LINNET_ISA");
}

}  // namespace
}  // namespace linnet::test
