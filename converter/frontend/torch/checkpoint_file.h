// A file of torch.save(): the zip container of 1.6 and later, or the legacy sequence of pickles.
#pragma once

#include <memory>

#include "converter/frontend/torch/pickle_reader.h"
#include "converter/frontend/torch/tensor_reader.h"

namespace linnet::converter::torch {

struct CheckpointFile {
  Pickle pickle;
  std::unique_ptr<StorageSource> storages;
  bool big_endian = false;
};

// `file` must outlive the result. Throws ConvertError, also for TorchScript archives.
CheckpointFile open_checkpoint(Bytes file);

// The two forms; `open_checkpoint` chooses by content.
CheckpointFile open_zip_checkpoint(Bytes file);
CheckpointFile open_legacy_checkpoint(Bytes file);
bool is_legacy_checkpoint(Bytes file);

}  // namespace linnet::converter::torch
