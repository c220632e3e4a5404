// linnet-convert as the user calls it: mistakes are one line, and nothing is written.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "host/file.h"
#include "host/image.h"
#include "tests/support/temporary_folder.h"

namespace linnet::test {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status = -1;
  std::string text;  // of both streams
};

Outcome linnet_convert(const std::string& arguments) {
  const std::string command =
      std::string("'" LINNET_BINARY_DIR "/converter/linnet-convert' ") + arguments + " 2>&1";
  Outcome result;
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) {
    result.text += static_cast<char>(c);
  }
  const int status = pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

class Int8CommandLine : public testing::Test {
 protected:
  void SetUp() override {
    if (linnet_convert("--version").status != 0) {
      GTEST_SKIP() << "linnet-convert does not run here";
    }
    fs::create_directories(folder_ / "empty");
    fs::create_directories(folder_ / "pictures");
    host::write_image(folder_ / "pictures/a.ppm", host::Image(8, 8));
    const std::string text = "not a network";
    host::write_file_atomically(folder_ / "model.param",
                                {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }

  // A path in the folder, quoted for the shell.
  std::string quoted(const std::string& name) const {
    std::string text = "'";
    text += folder_ / name;
    text += "' ";
    return text;
  }

  void expect_error(const std::string& options, const std::string& line) {
    const Outcome outcome =
        linnet_convert(quoted("model.param").append("-o ").append(quoted("out.lnt")) + options);
    EXPECT_NE(outcome.status, 0);
    EXPECT_NE(outcome.text.find(line), std::string::npos) << outcome.text;
    EXPECT_EQ(std::count(outcome.text.begin(), outcome.text.end(), '\n'), 1) << outcome.text;
    EXPECT_FALSE(fs::exists(folder_ / "out.lnt"));
    EXPECT_FALSE(fs::exists(folder_ / "report.json"));
  }
  std::string calibrate(const std::string& name) const {
    return std::string("--int8 --calibrate ").append(quoted(name));
  }

  TemporaryFolder folder_;
};

TEST_F(Int8CommandLine, Mistakes) {
  expect_error("--int8", "--int8 needs --calibrate DIR");
  expect_error(calibrate("empty"), (folder_ / "empty"));
  expect_error(calibrate("pictures") + "--method entropy",
               "expected minmax, percentile, kl or mse as the method, found 'entropy'");
  expect_error(calibrate("pictures") + "--report report.txt",
               "--report: expected a file that ends with .json or .html, found 'report.txt'");
  expect_error(calibrate("pictures") + "--auto-mixed=much",
               "--auto-mixed: expected a number from 0 to 1, found 'much'");
  expect_error(calibrate("pictures") + "--auto-mixed 1.5", "--auto-mixed: expected a number");
  expect_error("--keep-float conv1", "--keep-float needs --int8");
  expect_error("--report r.json", "--report needs --int8");
  expect_error(calibrate("pictures") + "--report " + quoted("report.json"), "model.param: ");
}

}  // namespace
}  // namespace linnet::test
