// What the verifier does with a file as a whole: sizes, caps, names.
#include "model/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/support/model_editor.h"
#include "tests/support/models.h"

namespace linnet::test {
namespace {

VerifyError verify(const std::vector<uint8_t>& bytes) {
  const AlignedBytes file(bytes);
  VerifyError error;
  model_verify(file.data(), file.size(), &error);
  return error;
}

TEST(Verify, Null) {
  VerifyError error;
  EXPECT_FALSE(model_verify(nullptr, 4096, &error));
  EXPECT_EQ(error.code, VerifyCode::bad);
}

TEST(Verify, MisalignedFile) {
  const std::vector<uint8_t> bytes = tiny_model().build();
  std::vector<uint8_t> shifted(bytes.size() + 1);
  std::copy(bytes.begin(), bytes.end(), shifted.begin() + 1);
  const AlignedBytes memory(shifted);
  VerifyError error;
  EXPECT_FALSE(model_verify(memory.data() + 1, bytes.size(), &error));
  EXPECT_EQ(error.code, VerifyCode::misaligned);
  EXPECT_EQ(error.found, 1u);
}

TEST(Verify, DamagedByteChangesTheCrc) {
  std::vector<uint8_t> bytes = tiny_model().build();
  bytes.back() ^= 1;
  EXPECT_NE(std::string(verify(bytes).what).find("crc32"), std::string::npos);
}

TEST(Verify, FileBytesMustMatch) {
  std::vector<uint8_t> bytes = tiny_model().build();
  bytes.push_back(0);
  EXPECT_NE(std::string(verify(bytes).what).find("is the file complete"), std::string::npos);
}

// Before the file is read: its end is never looked at.
TEST(Verify, SizeBeyondTheCap) {
  ModelEditor editor(tiny_model().build());
  const AlignedBytes file(editor.bytes());
  VerifyError error;
  for (const uint64_t size : {uint64_t{format::kMaxFileBytes} + 1, uint64_t{SIZE_MAX}}) {
    EXPECT_FALSE(model_verify(file.data(), static_cast<size_t>(size), &error));
    EXPECT_STREQ(error.what, "file size in bytes");
    EXPECT_EQ(error.expected, format::kMaxFileBytes);
  }
}

TEST(Verify, EveryTruncationIsRefused) {
  const std::vector<uint8_t> whole = tiny_model().build();
  for (size_t size = 0; size < whole.size(); ++size) {
    std::vector<uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(verify(cut).code, VerifyCode::ok) << size << " bytes";
    fix_crc(&cut);
    EXPECT_NE(verify(cut).code, VerifyCode::ok) << size << " bytes, sizes and CRC recomputed";
  }
}

TEST(Verify, StringLengthCap) {
  for (const size_t length : {format::kMaxNameBytes, format::kMaxNameBytes + 1}) {
    const VerifyError error = verify(tiny_model().name(std::string(length, 'n')).build());
    EXPECT_EQ(error.code == VerifyCode::ok, length <= format::kMaxNameBytes) << length;
  }
}

TEST(Verify, CountCaps) {
  ModelBuilder b = tiny_model();
  b.classes(std::vector<std::string>(format::kMaxClasses + 1, "c"));
  EXPECT_STREQ(verify(b.build()).what, "records in section");

  b = tiny_model();
  for (uint32_t i = 0; i <= format::kMaxTensors; ++i) {
    b.max_pool(b.whole(1), b.whole(b.tensor("t", 6)), window(1));
  }
  EXPECT_STREQ(verify(b.build()).what, "records in section");

  b = tiny_model();
  const int sink = b.tensor("sink", 6);
  for (uint32_t i = 0; i <= format::kMaxNodes; ++i) b.copy(b.whole(1), b.whole(sink));
  EXPECT_STREQ(verify(b.build()).what, "records in section");
}

TEST(Verify, WritersMayComeLaterButReadersMayNotComeEarlier) {
  ModelBuilder b = tiny_model();
  const int shared = b.tensor("shared", 12);
  b.copy(b.whole(1), {segment(shared, 6, 6)});
  b.copy(b.whole(1), {segment(shared, 0, 6)});
  b.copy({segment(shared, 0, 6)}, {segment(shared, 6, 6)});
  EXPECT_EQ(verify(b.build()).code, VerifyCode::ok);
}

TEST(Verify, NamesMayBeEmpty) {
  ModelEditor editor(tiny_model().build());
  editor.header().source = 0;
  editor.tensor(2).name = 0;
  EXPECT_EQ(verify(editor.finish()).code, VerifyCode::ok);
}

TEST(Verify, ControlCharacters) {
  const auto is_control = [](const char* text) {
    return is_control_character(reinterpret_cast<const uint8_t*>(text));
  };
  for (const char* text : {"\x01", "\x1B", "\x1F", "\x7F", "\xC2\x80", "\xC2\x9F"}) {
    EXPECT_TRUE(is_control(text)) << testing::PrintToString(text);
  }
  for (const char* text : {" ", "~", "\xC2\xA0", "\xC3\x80", "\xE2\x82\xAC"}) {
    EXPECT_FALSE(is_control(text)) << testing::PrintToString(text);
  }
}

TEST(Verify, Utf8) {
  const struct {
    const char* text;
    size_t bytes;
  } cases[] = {{"a", 1},
               {"\x7F", 1},
               {"\xC3\xB6", 2},
               {"\xC0\x80", 0},
               {"\xC1\xBF", 0},
               {"\xE2\x82\xAC", 3},
               {"\xE0\x80\x80", 0},
               {"\xED\xA0\x80", 0},
               {"\xEF\xBF\xBF", 3},
               {"\xF0\x9F\x99\x82", 4},
               {"\xF0\x80\x80\x80", 0},
               {"\xF4\x90\x80\x80", 0},
               {"\xF5\x80\x80\x80", 0},
               {"\x80", 0},
               {"\xC3", 0},
               {"\xC3(", 0},
               {"\xE2\x82", 0},
               {"\xF0\x9F\x99", 0}};
  for (const auto& c : cases) {
    const std::string text = c.text;
    EXPECT_EQ(utf8_character_bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()),
              c.bytes)
        << testing::PrintToString(text);
  }
  EXPECT_EQ(utf8_character_bytes(nullptr, 0), 0u);
}

}  // namespace
}  // namespace linnet::test
