#include "host/progress_bar.h"

#include <gtest/gtest.h>

namespace linnet::host {
namespace {

TEST(ProgressBar, LineTellsHowFarAndHowLong) {
  EXPECT_EQ(progress_line("calibration", 5, 10, 2),
            "[###############---------------] 5/10 calibration, 2 s left");
  EXPECT_EQ(progress_line("x", 0, 0, 0), "[##############################] 0/0 x, 0 s left");
  EXPECT_EQ(progress_line("x", 12, 10, 1), "[##############################] 10/10 x, 0 s left");
}

}  // namespace
}  // namespace linnet::host
