#include "host/picture_list.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace linnet::host {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

class PictureList : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(path("sub"));
    fs::create_directories(path("empty"));
    for (const char* name : {"b.jpg", "a.PNG", "c.txt", "[x].ppm", "sub/d.bmp"}) {
      std::ofstream(path(name)) << "x";
    }
  }
  std::string path(const std::string& name) const { return folder_ / name; }

  const test::TemporaryFolder folder_;
};

TEST_F(PictureList, Folder) {
  EXPECT_EQ(list_pictures({folder_.path().string()}),
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
