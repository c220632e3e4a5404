// Writes small ncnn models: the text and the weights side by side.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "converter/frontend/frontend.h"

namespace linnet::test {

// How a blob with a type tag is stored.
enum class Storage : uint8_t { f32, f16, s8, table };

class NcnnFiles {
 public:
  // "Type name in,in out,out params": the counts are filled in.
  NcnnFiles& layer(const std::string& type, const std::string& inputs, const std::string& outputs,
                   const std::string& params = "");
  // Numbers for the .bin file. tagged: with the type tag, padded to 4 bytes.
  NcnnFiles& plain(const std::vector<float>& values);
  NcnnFiles& tagged(const std::vector<float>& values, Storage storage = Storage::f32);
  // A convolution with made-up weights, bias and stride; kernel 1 or 3 ("same" padding).
  NcnnFiles& conv(const std::string& in, const std::string& out, int inputs, int outputs,
                  int kernel = 1, int stride = 1, const std::string& params = "");
  // Three heads for two classes behind `in` (stride 8, `channels` channels), with a decoding tail
  // of Reshape and Permute if asked for.
  NcnnFiles& heads(const std::string& in, int channels, bool tail = true);

  std::string param() const;
  const std::vector<uint8_t>& bin() const { return bin_; }
  converter::Graph import(const converter::ImportOptions& options = {}) const;

 private:
  std::vector<float> numbers(size_t count, float scale);

  std::vector<std::string> lines_;
  size_t blobs_ = 0;
  std::vector<uint8_t> bin_;
  uint32_t state_ = 1;
};

converter::Bytes bytes_of(const std::string& text);

// A detector with an input of 3 channels, whose "body" (what `middle` adds) reads blob "x" (8
// channels, stride 8) and makes blob "y" of `channels` channels and the same size.
template <class Middle>
NcnnFiles detector(int channels, const Middle& middle) {
  NcnnFiles files;
  files.layer("Input", "", "in", "0=64 1=64 2=3");
  files.conv("in", "s2", 3, 4, 3, 2).conv("s2", "s4", 4, 6, 3, 2).conv("s4", "x", 6, 8, 3, 2);
  middle(&files);
  files.heads("y", channels);
  return files;
}

}  // namespace linnet::test
