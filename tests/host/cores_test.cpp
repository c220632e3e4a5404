// Which cores are the fast ones, from made-up trees of sysfs.
#include "host/cores.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace linnet::host {
namespace {

namespace fs = std::filesystem;

class FastCores : public ::testing::Test {
 protected:
  FastCores() : root_(fs::path(::testing::TempDir()) / "linnet-cores") { fs::remove_all(root_); }
  ~FastCores() override { fs::remove_all(root_); }

  void set(int core, const std::string& file, long value) const {
    const fs::path path = root_ / ("cpu" + std::to_string(core)) / file;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << value << '\n';
  }
  std::vector<int> of(const std::vector<int>& cores) const {
    return fast_cores(cores, root_.string());
  }

  fs::path root_;
};

using Cores = std::vector<int>;

TEST_F(FastCores, AreThoseOfTheHighestCapacity) {
  for (const int core : {0, 1, 2, 3}) set(core, "cpu_capacity", 414);
  for (const int core : {4, 5, 6, 7}) set(core, "cpu_capacity", 1024);
  EXPECT_EQ(of({0, 1, 2, 3, 4, 5, 6, 7}), (Cores{4, 5, 6, 7}));
  EXPECT_EQ(of({0, 1, 2, 3}), (Cores{0, 1, 2, 3}));
  EXPECT_EQ(of({2, 5}), (Cores{5}));
}

TEST_F(FastCores, OfNearlyEqualSpeedAllCount) {
  set(0, "cpu_capacity", 870);
  set(1, "cpu_capacity", 1024);
  EXPECT_EQ(of({0, 1}), (Cores{0, 1}));
}

TEST_F(FastCores, GoByFrequencyWithoutCapacities) {
  set(0, "cpufreq/cpuinfo_max_freq", 1200000);
  set(1, "cpufreq/cpuinfo_max_freq", 2000000);
  EXPECT_EQ(of({0, 1}), (Cores{1}));
}

TEST_F(FastCores, AreAllWhereOneIsUnknown) {
  EXPECT_EQ(of({0, 1, 2}), (Cores{0, 1, 2}));
  set(0, "cpu_capacity", 414);
  EXPECT_EQ(of({0, 1, 2}), (Cores{0, 1, 2}));
}

TEST(UsableCores, AreThere) {
  const Cores cores = usable_cores();
  ASSERT_FALSE(cores.empty());
  EXPECT_TRUE(use_cores(cores));
  EXPECT_EQ(usable_cores(), cores);
  EXPECT_GE(settle_on_cores(0), 1);
  EXPECT_EQ(settle_on_cores(3), 3);
}

}  // namespace
}  // namespace linnet::host
