#include "host/image.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <random>

#include "host/codecs/codecs.h"
#include "host/file.h"
#include "tests/support/heap_meter.h"
#include "tests/support/temporary_folder.h"

namespace linnet::host {
namespace {

// Of one mutant, beyond the file itself.
constexpr size_t kMostHeapBytes = size_t{256} << 20;

namespace fs = std::filesystem;
using codecs::Buffer;

// The pattern of tests/fuzz/make_picture_corpus.py.
constexpr int kWidth = 7, kHeight = 5, kJpegScale = 8;

void expect_pattern(const Image& image, int scale, bool grey, int tolerance) {
  ASSERT_EQ(image.width, kWidth * scale);
  ASSERT_EQ(image.height, kHeight * scale);
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      const uint8_t* const p = image.pixel(x * scale + scale / 2, y * scale + scale / 2);
      const int red = 30 * x + 10, green = 45 * y + 10, blue = (x + y) % 2 == 0 ? 190 : 0;
      EXPECT_NEAR(p[0], red, tolerance) << x << "," << y;
      EXPECT_NEAR(p[1], grey ? red : green, tolerance) << x << "," << y;
      EXPECT_NEAR(p[2], grey ? red : blue, tolerance) << x << "," << y;
    }
  }
}

fs::path corpus() {
  return fs::path(LINNET_SOURCE_DIR) / "tests" / "fuzz" / "corpus" / "picture";
}

Image read_corpus(const std::string& name) {
  return read_image((corpus() / name).string());
}

TEST(Image, PortablePixmaps) {
  for (const char* name : {"p6.ppm", "p6-16bit.ppm", "p3.ppm"}) {
    SCOPED_TRACE(name);
    expect_pattern(read_corpus(name), 1, false, 0);
  }
  expect_pattern(read_corpus("p5.pgm"), 1, true, 0);
  expect_pattern(read_corpus("p2.pgm"), 1, true, 0);
}

TEST(Image, Bitmaps) {
  for (const char* name : {"24.bmp", "24-top-down.bmp", "32.bmp", "palette.bmp"}) {
    SCOPED_TRACE(name);
    expect_pattern(read_corpus(name), 1, false, 0);
  }
}

TEST(Image, Png) {
  if (!codecs::have_png()) GTEST_SKIP() << "built without libpng";
  for (const char* name : {"rgb.png", "palette.png", "rgba16.png", "interlaced.png"}) {
    SCOPED_TRACE(name);
    expect_pattern(read_corpus(name), 1, false, 0);
  }
  expect_pattern(read_corpus("grey.png"), 1, true, 0);
  const Image bits = read_corpus("grey1bit.png");
  EXPECT_EQ(bits.pixel(0, 0)[0], 255);
  EXPECT_EQ(bits.pixel(1, 0)[2], 0);
}

TEST(Image, Jpeg) {
  if (!codecs::have_jpeg()) GTEST_SKIP() << "built without libjpeg";
  for (const char* name : {"progressive.jpg", "cmyk.jpg"}) {
    SCOPED_TRACE(name);
    expect_pattern(read_corpus(name), kJpegScale, false, 4);
  }
  expect_pattern(read_corpus("grey.jpg"), kJpegScale, true, 2);
  // Chroma at half size bleeds into the neighbour block.
  expect_pattern(read_corpus("420.jpg"), kJpegScale, false, 12);
}

TEST(Image, JpegOrientations) {
  if (!codecs::have_jpeg()) GTEST_SKIP() << "built without libjpeg";
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    expect_pattern(read_corpus("orientation" + std::to_string(orientation) + ".jpg"), kJpegScale,
                   false, 4);
  }
}

TEST(Image, WrittenFilesReadBack) {
  const Image image = read_corpus("p6.ppm");
  const test::TemporaryFolder folder;
  for (const char* name : {"a.ppm", "a.bmp", "a.png", "A.PNG", "a.jpg"}) {
    SCOPED_TRACE(name);
    const std::string path = folder / name;
    const bool jpeg = std::string(name).ends_with("jpg");
    if (jpeg && !codecs::have_jpeg()) {
      EXPECT_THROW(write_image(path, image), ImageError);
      continue;
    }
    write_image(path, image);
    if (!codecs::have_png() && codecs::is_png(read_file(path))) continue;
    const Image back = read_image(path);
    EXPECT_EQ(back.width, image.width);
    EXPECT_TRUE(jpeg || back.rgb == image.rgb);
  }
  EXPECT_THROW(write_image(folder / "a.gif", image), ImageError);
}

TEST(Image, StoredPngOfSeveralBlocks) {
  if (!codecs::have_png()) GTEST_SKIP() << "built without libpng";
  Image image(300, 200);  // 180,200 bytes: three stored blocks
  for (size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<uint8_t>(i * 7 + i / 251);
  EXPECT_EQ(decode_image(codecs::encode_png_stored(image)).rgb, image.rgb);
}

TEST(Image, EveryTruncationIsAnError) {
  for (const fs::directory_entry& entry : fs::directory_iterator(corpus())) {
    if (!entry.is_regular_file()) continue;
    SCOPED_TRACE(entry.path().filename());
    const Buffer file = read_file(entry.path().string());
    const bool jpeg = codecs::is_jpeg(file), png = codecs::is_png(file);
    if ((jpeg && !codecs::have_jpeg()) || (png && !codecs::have_png())) continue;
    // A PNG is whole when its last row is; a JPEG's rows end before the two bytes of its end
    // marker, and its last bytes may be padding; the last number of a text may lose digits.
    const size_t needed = file.size() - (png ? 20 : jpeg ? 12 : 3);
    for (size_t size = 0; size < needed; ++size) {
      EXPECT_THROW((void)decode_image({file.data(), size}), ImageError) << size << " bytes";
    }
  }
}

TEST(Image, SizesOutOfBounds) {
  EXPECT_THROW(Image(0, 5), ImageError);
  EXPECT_THROW(Image(16385, 1), ImageError);
  EXPECT_THROW(Image(16384, 16384), ImageError);
  EXPECT_NO_THROW(Image(16384, 1));
  const std::string huge = "P6 16384 16384 255\n";
  EXPECT_THROW((void)decode_image({reinterpret_cast<const uint8_t*>(huge.data()), huge.size()}),
               ImageError);
}

TEST(Image, AFewBytesCostLittle) {
  if (!codecs::have_jpeg()) GTEST_SKIP() << "built without libjpeg";
  try {
    (void)read_corpus("few-bytes-many-pixels.jpg");
    FAIL();
  } catch (const ImageError& error) {
    EXPECT_NE(std::string(error.what()).find("cut off: expected at least"), std::string::npos);
  }
}

TEST(Image, MessagesNameTheFile) {
  const test::TemporaryFolder folder;
  const std::string path = folder / "no_picture.txt";
  const std::string text = "hello";
  write_file_atomically(path, {reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  try {
    (void)read_image(path);
    FAIL();
  } catch (const ImageError& error) {
    EXPECT_NE(std::string(error.what()).find(path + ": expected a picture ("), std::string::npos);
  }
  EXPECT_THROW((void)read_image(folder / "absent.png"), std::runtime_error);
}

TEST(Image, ExifOrientation) {
  const Buffer little = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0};
  EXPECT_EQ(codecs::exif_orientation(little), 6);
  for (size_t size = 0; size < little.size() - 3; ++size) {
    EXPECT_EQ(codecs::exif_orientation({little.data(), size}), 1);
  }
  Buffer bad = little;
  bad[18] = 9;
  EXPECT_EQ(codecs::exif_orientation(bad), 1);
  bad = little;
  std::fill(bad.begin() + 4, bad.begin() + 8, uint8_t{0xFF});
  EXPECT_EQ(codecs::exif_orientation(bad), 1);
}

// LINNET_MUTANTS chooses how many.
TEST(Image, MutantsAreReadOrRefused) {
  const char* const count = std::getenv("LINNET_MUTANTS");
  const int mutants = count != nullptr ? std::atoi(count) : 3000;
  std::vector<std::string> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(corpus())) {
    if (entry.is_regular_file()) paths.push_back(entry.path().string());
  }
  ASSERT_FALSE(paths.empty());
  std::sort(paths.begin(), paths.end());
  std::vector<Buffer> seeds;
  for (const std::string& path : paths) seeds.push_back(read_file(path));
  std::mt19937 random(7);
  int read = 0;
  double slowest = 0;
  size_t most_heap = 0;
  for (int i = 0; i < mutants; ++i) {
    Buffer file = seeds[random() % seeds.size()];
    for (int changes = 1 + static_cast<int>(random() % 4); changes > 0; --changes) {
      constexpr uint8_t kEdges[] = {0, 1, 0x7F, 0x80, 0xFF};
      const size_t at =
          random() % (random() % 2 == 0 ? std::min<size_t>(file.size(), 64) : file.size());
      file[at] = random() % 2 == 0 ? kEdges[random() % 5] : static_cast<uint8_t>(random());
    }
    if (random() % 8 == 0) file.resize(random() % file.size() + 1);
    const test::heap_meter::Use heap;
    const std::clock_t began = std::clock();
    try {
      const Image image = decode_image(file);
      EXPECT_EQ(image.rgb.size(),
                3u * static_cast<size_t>(image.width) * static_cast<size_t>(image.height));
      ++read;
    } catch (const ImageError& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
    slowest = std::max(slowest, static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
    most_heap = std::max(most_heap, heap.most());
  }
  std::printf("%d mutants, %d read, slowest %.1f ms, most heap %zu KB\n", mutants, read,
              slowest * 1e3, most_heap >> 10);
  EXPECT_LT(slowest, 1.0);
  EXPECT_LT(most_heap, kMostHeapBytes);
  EXPECT_GT(read, mutants / 20);
}

}  // namespace
}  // namespace linnet::host
