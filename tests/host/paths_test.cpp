#include "host/paths.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace linnet::host {
namespace {

using Strings = std::vector<std::string>;

TEST(Paths, Parts) {
  EXPECT_EQ(file_name("/a/b.jpg"), "b.jpg");
  EXPECT_EQ(file_name("b"), "b");
  EXPECT_EQ(file_name("/a/"), "");
  EXPECT_EQ(file_ending("/a.b/c.d.jpg"), ".jpg");
  EXPECT_EQ(file_ending("/a.b/c"), "");
  EXPECT_EQ(file_ending("/a/.profile"), "");
  EXPECT_EQ(join_paths("a", "b"), "a/b");
  EXPECT_EQ(join_paths("a/", "b"), "a/b");
  EXPECT_EQ(join_paths("/", "b"), "/b");
  EXPECT_EQ(join_paths("", "b"), "b");
  EXPECT_EQ(join_paths("a", "/b"), "/b");
}

TEST(Paths, Absolute) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(absolute_path("/a/./b//c/../d"), "/a/b/d");
  EXPECT_EQ(absolute_path("/../.."), "/");
  EXPECT_EQ(absolute_path("x/y"), here + "/x/y");
  EXPECT_EQ(absolute_path("x/.."), here);
}

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* folder : {"a", "b", "b/c"}) {
      std::filesystem::create_directories(path(folder));
    }
    for (const char* name : {"x1", "x2", "y]", ".x3", "[z", "a/x1", "b/x1", "b/c/x1", "ab-c"}) {
      std::ofstream(path(name)) << "x";
    }
  }
  std::string path(const std::string& name) const { return folder_ / name; }
  Strings found(const std::string& pattern) const {
    Strings names = matching_paths(path(pattern));
    for (std::string& name : names) name.erase(0, path("").size());
    return names;
  }

  const test::TemporaryFolder folder_;
};

TEST_F(Folder, Entries) {
  EXPECT_EQ(folder_entries(path("b")), (Strings{"c", "x1"}));
  EXPECT_EQ(folder_entries(path("")), (Strings{".x3", "[z", "a", "ab-c", "b", "x1", "x2", "y]"}));
  EXPECT_THROW((void)folder_entries(path("absent")), std::runtime_error);
  EXPECT_TRUE(is_folder(path("b")) && !is_folder(path("x1")) && !is_folder(path("absent")));
  EXPECT_TRUE(is_regular_file(path("x1")) && !is_regular_file(path("b")));
  EXPECT_TRUE(path_exists(path("b")) && path_exists(path("x1")) && !path_exists(path("absent")));
}

TEST_F(Folder, Patterns) {
  EXPECT_EQ(found("x*"), (Strings{"x1", "x2"}));
  EXPECT_EQ(found("*"), (Strings{"[z", "a", "ab-c", "b", "x1", "x2", "y]"}));
  EXPECT_EQ(found(".x*"), (Strings{".x3"}));
  EXPECT_EQ(found("?x3"), Strings{});
  EXPECT_EQ(found("x?"), (Strings{"x1", "x2"}));
  EXPECT_EQ(found("x[2-9]"), (Strings{"x2"}));
  EXPECT_EQ(found("x[!2-9]"), (Strings{"x1"}));
  EXPECT_EQ(found("y[]]"), (Strings{"y]"}));
  EXPECT_EQ(found("*[z"), (Strings{"[z"}));
  EXPECT_EQ(found("a*[-]?"), (Strings{"ab-c"}));
  EXPECT_EQ(found("*b*c*"), (Strings{"ab-c"}));
  EXPECT_EQ(found("*/x1"), (Strings{"a/x1", "b/x1"}));
  EXPECT_EQ(found("*/*/x?"), (Strings{"b/c/x1"}));
  EXPECT_EQ(found("absent/*"), Strings{});
  EXPECT_EQ(found("x1/*"), Strings{});
}

}  // namespace
}  // namespace linnet::host
