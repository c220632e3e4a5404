#include "host/near_names.h"

#include <gtest/gtest.h>

#include "host/args.h"

namespace linnet::host {
namespace {

TEST(NearNames, EditDistance) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("same", "same"), 0u);
}

TEST(NearNames, TheNearestPartComesFirst) {
  const std::vector<std::string> names = {"model.0/MaxPool", "model.3/Conv_12", "model.3/Conv_12",
                                          "Conv_1", "head"};
  using Names = std::vector<std::string>;
  EXPECT_EQ(near_names("Cnov_12", names, 2), (Names{"model.3/Conv_12", "Conv_1"}));
  EXPECT_EQ(near_names("x", {}, 3), Names{});
  EXPECT_EQ(near_names("head", names, 10).size(), 4u);
}

TEST(Args, AnOptionalNumberIsTakenOnlyIfItLooksLikeOne) {
  const std::vector<Option> options = {{"--mixed", "[NUMBER]", ""}};
  const auto mixed = [&](std::vector<const char*> words) {
    words.insert(words.begin(), {"program", "--mixed"});
    const Args args(static_cast<int>(words.size()), words.data(), options);
    return args.text("--mixed", "none") + "/" + std::to_string(args.positional().size());
  };
  EXPECT_EQ(mixed({"0.5", "file"}), "0.5/1");
  EXPECT_EQ(mixed({"file"}), "/1");
  EXPECT_EQ(mixed({}), "/0");
}

}  // namespace
}  // namespace linnet::host
