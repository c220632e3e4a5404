#include "converter/frontend/torch/zip_reader.h"

#include "tests/support/torch/zip_writer.h"
#include "tests/torch/expect_error.h"

namespace linnet::converter::torch {
namespace {

using test::torch::ByteVector;
using test::torch::ZipEntry;
using test::torch::ZipOptions;

const std::vector<ZipEntry> kEntries = {{"a/data.pkl", {1, 2, 3}}, {"a/data/0", {9, 8, 7, 6}}};

void expect_readable(const ByteVector& file) {
  const ZipReader zip(file);
  ASSERT_EQ(zip.names().size(), 2u);
  EXPECT_TRUE(zip.contains("a/data/0"));
  const Bytes data = zip.read("a/data/0");
  EXPECT_EQ(ByteVector(data.begin(), data.end()), kEntries[1].data);
}

TEST(ZipReader, ReadsStoredEntries) {
  expect_readable(test::torch::write_zip(kEntries));
}

TEST(ZipReader, ReadsEveryFormThatTorchWrites) {
  for (const bool descriptors : {false, true}) {
    for (const bool zip64 : {false, true}) {
      for (const bool align : {false, true}) {
        expect_readable(test::torch::write_zip(kEntries, {descriptors, zip64, align, "a comment"}));
      }
    }
  }
}

TEST(ZipReader, RefusesEveryTruncation) {
  const ByteVector file = test::torch::write_zip(kEntries);
  for (size_t size = 0; size < file.size(); ++size) {
    const ByteVector cut(file.begin(), file.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_NE(error_of([&] { ZipReader{Bytes(cut)}; }), "no error") << size;
  }
}

TEST(ZipReader, RefusesCompressedAndEncryptedEntries) {
  std::vector<ZipEntry> entries = kEntries;
  entries[1].method = 8;
  const ByteVector compressed = test::torch::write_zip(entries);
  expect_contains(error_of([&] { ZipReader(compressed).read("a/data/0"); }), "method 8");
  entries[1] = kEntries[1];
  entries[1].flags = 1;
  const ByteVector encrypted = test::torch::write_zip(entries);
  expect_contains(error_of([&] { ZipReader(encrypted).read("a/data/0"); }), "encrypted");
}

TEST(ZipReader, RefusesDamagedData) {
  ByteVector file = test::torch::write_zip(kEntries);
  const ByteVector& data = kEntries[1].data;
  *std::search(file.begin(), file.end(), data.begin(), data.end()) ^= 1;
  expect_contains(error_of([&] { ZipReader(file).read("a/data/0"); }), "CRC-32");
}

TEST(ZipReader, RefusesDuplicatesAndOverlaps) {
  const ByteVector twice = test::torch::write_zip({kEntries[0], kEntries[0]});
  expect_contains(error_of([&] { ZipReader{Bytes(twice)}; }), "twice");
  // The second directory record points at the first entry's header.
  ByteVector overlap = test::torch::write_zip({{"x", {1}}, {"y", {2}}});
  const size_t second_header = overlap.size() - 22 - 47 + 42;
  overlap[second_header] = 0;
  expect_contains(error_of([&] { ZipReader{Bytes(overlap)}; }), "overlaps");
}

TEST(ZipReader, NamesAMissingEntry) {
  const ByteVector file = test::torch::write_zip(kEntries);
  expect_contains(error_of([&] { ZipReader(file).read("a/data/\n"); }), "'a/data/?': not found");
}

}  // namespace
}  // namespace linnet::converter::torch
