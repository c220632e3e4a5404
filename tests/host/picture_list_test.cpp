#include "host/picture_list.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace linnet::host {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

class PictureList : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_ / "sub");
    fs::create_directories(folder_ / "empty");
    for (const char* name : {"b.jpg", "a.PNG", "c.txt", "[x].ppm", "sub/d.bmp"}) {
      std::ofstream(folder_ / name) << "x";
    }
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  fs::path folder_ = fs::temp_directory_path() / "linnet_picture_list_test";
};

TEST_F(PictureList, Folder) {
  EXPECT_EQ(list_pictures({folder_.string()}),
            (Strings{path("[x].ppm"), path("a.PNG"), path("b.jpg")}));
  EXPECT_THROW((void)list_pictures({path("empty")}), std::runtime_error);
}

TEST_F(PictureList, Pattern) {
  EXPECT_EQ(list_pictures({path("?.*")}), (Strings{path("a.PNG"), path("b.jpg"), path("c.txt")}));
  EXPECT_THROW((void)list_pictures({path("*.gif")}), std::runtime_error);
}

TEST_F(PictureList, FilesStayInOrder) {
  const Strings files = {path("b.jpg"), path("[x].ppm"), path("absent.png")};
  EXPECT_EQ(list_pictures(files), files);
  EXPECT_TRUE(list_pictures({}).empty());
}

}  // namespace
}  // namespace linnet::host
