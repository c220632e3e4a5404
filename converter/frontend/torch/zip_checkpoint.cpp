#include <algorithm>

#include "converter/error.h"
#include "converter/frontend/torch/checkpoint_file.h"
#include "converter/frontend/torch/zip_reader.h"

namespace linnet::converter::torch {
namespace {

class ZipStorages : public StorageSource {
 public:
  ZipStorages(ZipReader zip, std::string folder)
      : zip_(std::move(zip)), folder_(std::move(folder)) {}

  Bytes storage(std::string_view key) const override {
    return zip_.read(folder_ + "data/" + std::string(key));
  }

 private:
  ZipReader zip_;
  std::string folder_;
};

// "archive/" of "archive/data.pkl", the shortest such name; the folder's name varies.
std::string find_folder(const ZipReader& zip) {
  constexpr std::string_view kPickle = "data.pkl";
  const std::string_view* best = nullptr;
  for (const std::string_view& name : zip.names()) {
    const bool matches = name.size() >= kPickle.size() &&
                         name.substr(name.size() - kPickle.size()) == kPickle &&
                         (name.size() == kPickle.size() || name[name.size() - 9] == '/');
    if (matches && (best == nullptr || name.size() < best->size())) best = &name;
  }
  if (best == nullptr) {
    throw ConvertError("", "this zip file holds no data.pkl: it is no PyTorch checkpoint");
  }
  return std::string(best->substr(0, best->size() - kPickle.size()));
}

}  // namespace

CheckpointFile open_zip_checkpoint(Bytes file) {
  ZipReader zip(file);
  const std::string folder = find_folder(zip);
  const auto starts_with_code = [&](std::string_view name) {
    return name.substr(0, folder.size() + 5) == folder + "code/";
  };
  if (zip.contains(folder + "constants.pkl") ||
      std::any_of(zip.names().begin(), zip.names().end(), starts_with_code)) {
    throw ConvertError("",
                       "this is a TorchScript archive (torch.jit.save); give the checkpoint that "
                       "train.py writes (best.pt or last.pt), or an ONNX export");
  }
  CheckpointFile checkpoint;
  if (zip.contains(folder + "byteorder")) {
    const Bytes order = zip.read(folder + "byteorder");
    const std::string text(order.begin(), order.end());
    if (text != "little" && text != "big") {
      throw ConvertError("zip entry 'byteorder'", "expected 'little' or 'big'");
    }
    checkpoint.big_endian = text == "big";
  }
  checkpoint.pickle = read_pickle(zip.read(folder + "data.pkl"));
  checkpoint.storages = std::make_unique<ZipStorages>(std::move(zip), folder);
  return checkpoint;
}

CheckpointFile open_checkpoint(Bytes file) {
  return is_legacy_checkpoint(file) ? open_legacy_checkpoint(file) : open_zip_checkpoint(file);
}

}  // namespace linnet::converter::torch
