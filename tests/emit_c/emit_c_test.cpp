// linnet-convert --emit-c: what a C compiler makes of it is the model, byte for byte.
#include "converter/emit_c/emit_c.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>

#include "converter/error.h"
#include "host/arena_session.h"
#include "host/file.h"
#include "linnet/linnet.h"
#include "tests/support/models.h"
#include "tests/support/temporary_folder.h"

namespace linnet::converter {
namespace {

using test::AlignedBytes;
using test::TemporaryFolder;

void write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

int run(const std::string& command) {
  return std::system(command.c_str());
}

// Prints the array's bytes into a file, and what the header says.
constexpr const char* kDump = R"(
#include "model-1.h"
#include <stdio.h>
int main(int argc, char** argv) {
  FILE* out = fopen(argv[1], "wb");
  const unsigned char* bytes = (const unsigned char*)model_1_lnt;
  if (argc != 2 || !out || (size_t)bytes % 64 != 0) return 1;
  fwrite(bytes, 1, MODEL_1_BYTES, out);
  fclose(out);
  printf("%d %d %d %d %d", MODEL_1_HEIGHT, MODEL_1_WIDTH, MODEL_1_THREADS, MODEL_1_STRIDE,
         MODEL_1_CLASSES);
  printf(" %s", model_1_classes[MODEL_1_CLASSES - 1]);
  return sizeof model_1_lnt >= MODEL_1_BYTES ? 0 : 2;
}
)";

void write_sources(const TemporaryFolder& folder, const std::vector<uint8_t>& bytes) {
  const AlignedBytes file(bytes);
  CSourceOptions options;
  options.file_name = "model-1";
  options.height = 64;
  options.width = 96;
  options.threads = 2;
  const CSource c = emit_c(file.data(), file.size(), options);
  write(folder / "model-1.h", c.header);
  write(folder / "model-1.c", c.source);
  write(folder / "dump.c", kDump);
}

void expect_the_model_from(const std::string& compiler) {
  const TemporaryFolder folder;
  const std::vector<uint8_t> bytes = test::every_op_model().build();
  write_sources(folder, bytes);
  const std::string sources = (folder / "dump.c") + ' ' + (folder / "model-1.c");
  ASSERT_EQ(run(compiler + " -Wall -Wextra -Wpedantic -Werror " + sources + " -o " +
                (folder / "dump") + " 2>" + (folder / "errors")),
            0)
      << std::ifstream(folder / "errors").rdbuf();
  ASSERT_EQ(run(LINNET_TEST_EMULATOR + (folder / "dump") + ' ' + (folder / "bytes") + " >" +
                (folder / "text")),
            0);
  EXPECT_EQ(host::read_file(folder / "bytes"), bytes);
  const std::vector<uint8_t> text = host::read_file(folder / "text");
  EXPECT_EQ(std::string(text.begin(), text.end()), "64 96 2 32 3 Größe");
}

TEST(EmitC, C99MakesTheModelOfIt) {
  expect_the_model_from(LINNET_TEST_C_COMPILER " -std=c99");
}

TEST(EmitC, C11MakesTheModelOfIt) {
  expect_the_model_from(LINNET_TEST_C_COMPILER " -std=c11");
}

TEST(EmitC, CxxMakesTheModelOfIt) {
  expect_the_model_from(LINNET_TEST_CXX_COMPILER " -x c++ -std=c++17");
}

size_t number_after(const std::string& text, const std::string& name) {
  const size_t at = text.find("#define " + name + ' ');
  return at == std::string::npos ? 0 : std::stoul(text.substr(at + name.size() + 9));
}

TEST(EmitC, TheArenaIsEnough) {
  for (const test::ModelBuilder& builder : {test::every_op_model(), test::int8_model()}) {
    const AlignedBytes file(builder.build());
    const std::string header = emit_c(file.data(), file.size(), {"m", 96, 64, 1}).header;
    linnet_model model;
    ASSERT_EQ(linnet_model_verify(file.data(), file.size(), &model), LINNET_OK);
    linnet_config config = linnet_config_default();
    config.height = 96;
    config.width = 64;
    size_t needed = 0;
    ASSERT_EQ(linnet_arena_size(&model, &config, &needed), LINNET_OK);
    EXPECT_GE(number_after(header, "M_ARENA_BYTES"), needed);
    config.flags = LINNET_DETECT_ONLY;
    ASSERT_EQ(linnet_arena_size(&model, &config, &needed), LINNET_OK);
    EXPECT_GE(number_after(header, "M_DETECT_ARENA_BYTES"), needed);
  }
}

TEST(EmitC, FileOfAnotherModelDoesNotCompile) {
  const TemporaryFolder folder;
  write_sources(folder, test::every_op_model().build());
  const AlignedBytes other(test::tiny_model().build());
  write(folder / "model-1.c", emit_c(other.data(), other.size(), {"model-1", 0, 0, 1}).source);
  EXPECT_NE(run(LINNET_TEST_C_COMPILER " -c " + (folder / "model-1.c") + " -o " + (folder / "o") +
                " 2>" + (folder / "errors")),
            0);
  const std::vector<uint8_t> errors = host::read_file(folder / "errors");
  EXPECT_NE(std::string(errors.begin(), errors.end()).find("different models"), std::string::npos);
}

TEST(EmitC, NamesAreThoseOfC) {
  EXPECT_EQ(c_name("v5lite-s"), "v5lite_s");
  EXPECT_EQ(c_name("3d"), "model_3d");
  EXPECT_EQ(c_name("-a"), "model__a");
  EXPECT_EQ(c_name("Linnet"), "model_Linnet");
  EXPECT_EQ(c_name("vögel"), "v__gel");
  EXPECT_THROW(c_name("…"), ConvertError);
  EXPECT_THROW(c_name("a\"b"), ConvertError);
}

TEST(EmitC, RefusedFilesSayWhy) {
  const AlignedBytes file(test::tiny_model().build());
  EXPECT_THROW(emit_c(file.data(), file.size() - 1, {"m", 0, 0, 1}), ConvertError);
  EXPECT_THROW(emit_c(file.data(), file.size(), {"m", 33, 32, 1}), ConvertError);
  EXPECT_THROW(emit_c(file.data(), file.size(), {"m", 0, 0, 65}), ConvertError);
}

TEST(WriteFiles, NothingIsReplacedIfOneCannotBeWritten) {
  const TemporaryFolder folder;
  write(folder / "a", "old");
  const std::string text = "new";
  const std::array<host::NewFile, 2> files = {
      {{folder / "a", host::bytes_of(text)}, {folder / "missing/b", host::bytes_of(text)}}};
  EXPECT_THROW(host::write_files_atomically(files), std::runtime_error);
  const std::vector<uint8_t> a = host::read_file(folder / "a");
  EXPECT_EQ(std::string(a.begin(), a.end()), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace linnet::converter
