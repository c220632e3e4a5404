#include "model/conv_segments.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/model_builder.h"

namespace linnet::test {
namespace {

constexpr int kChannels = 6;  // of the tensor

std::vector<int> segments_of(const ViewSpec& view, int kernel_h, int kernel_w, int dilation_w = 1) {
  format::Node node{};
  node.kernel_h = static_cast<uint8_t>(kernel_h);
  node.kernel_w = static_cast<uint8_t>(kernel_w);
  node.dilation_w = static_cast<uint8_t>(dilation_w);
  const View in{view.data(), static_cast<int>(view.size())};
  const ConvSegments segments(node, in, kChannels);
  std::vector<int> channels;
  segments.for_each(node, in, [&](int count) { channels.push_back(count); });
  EXPECT_EQ(segments.count, static_cast<int>(channels.size()));
  return channels;
}

using Counts = std::vector<int>;

TEST(ConvSegments, RowsOfAWholeTensor) {
  EXPECT_EQ(segments_of({segment(1, 0, kChannels)}, 2, 3), (Counts{18, 18}));
}

TEST(ConvSegments, ElseTapsOfEachSegment) {
  const Counts taps = {6, 6, 6};
  EXPECT_EQ(segments_of({segment(1, 0, kChannels, 1)}, 1, 3), taps);  // upsampled
  EXPECT_EQ(segments_of({segment(1, 0, kChannels)}, 1, 3, 2), taps);  // dilated
  EXPECT_EQ(segments_of({segment(1, 0, kChannels)}, 3, 1), taps);     // one column
  EXPECT_EQ(segments_of({segment(1, 0, 5)}, 1, 3), (Counts{5, 5, 5}));
  EXPECT_EQ(segments_of({segment(1, 1, 5)}, 1, 3), (Counts{5, 5, 5}));
  EXPECT_EQ(segments_of({segment(1, 0, kChannels), segment(2, 3, 4)}, 1, 2), (Counts{6, 4, 6, 4}));
}

}  // namespace
}  // namespace linnet::test
