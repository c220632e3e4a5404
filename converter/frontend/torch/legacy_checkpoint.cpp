// The format of torch.save() before 1.6 (and of _use_new_zipfile_serialization=False since): the
// pickles of a magic number, a protocol version, system facts, the object and the list of storage
// keys, then each storage as an element count (int64) and its elements.
#include <cstring>
#include <map>

#include "converter/error.h"
#include "converter/frontend/torch/byte_reader.h"
#include "converter/frontend/torch/checkpoint_file.h"
#include "converter/frontend/torch/quote.h"

namespace linnet::converter::torch {
namespace {

// PROTO 2, LONG1 of the ten bytes of 0x1950a86a20f9469cfc6c, STOP.
constexpr std::string_view kMagic("\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15);
constexpr int64_t kProtocol = 1001;

class LegacyStorages : public StorageSource {
 public:
  explicit LegacyStorages(std::map<std::string_view, Bytes> storages)
      : storages_(std::move(storages)) {}

  Bytes storage(std::string_view key) const override {
    const auto found = storages_.find(key);
    if (found == storages_.end()) {
      throw ConvertError("storage " + quote(key), "not found; the file is damaged");
    }
    return found->second;
  }

 private:
  std::map<std::string_view, Bytes> storages_;
};

// Element size of every storage that the object refers to, by key.
std::map<std::string_view, int> element_sizes(const Pickle& pickle) {
  std::map<std::string_view, int> sizes;
  for (const PickleValue& value : pickle.values) {
    if (!value.is(PickleKind::persistent) || !value.arguments->is(PickleKind::tuple)) continue;
    const auto& id = value.arguments->items;
    if (id.size() < 5 || !id[2]->is(PickleKind::text)) continue;
    sizes[id[2]->text] = storage_element_bytes(global_name(id[1]));
  }
  return sizes;
}

std::map<std::string_view, Bytes> read_storages(ByteReader reader, const Pickle& keys,
                                                const Pickle& object, bool big_endian) {
  if (!keys.root->is(PickleKind::list)) {
    throw ConvertError("legacy checkpoint", "expected the list of storage keys");
  }
  const std::map<std::string_view, int> sizes = element_sizes(object);
  std::map<std::string_view, Bytes> storages;
  for (const PickleValue* key : keys.root->items) {
    const auto size = key->is(PickleKind::text) ? sizes.find(key->text) : sizes.end();
    if (size == sizes.end() || size->second == 0) {
      throw ConvertError("legacy checkpoint",
                         "a storage has a type that is not supported; save it again with "
                         "torch.save() of torch 1.6 or later");
    }
    uint64_t count = reader.integer(8);
    if (big_endian) count = __builtin_bswap64(count);
    if (count > reader.left()) {
      throw ConvertError("storage " + quote(key->text),
                         "expected " + std::to_string(count) + " elements, found " +
                             std::to_string(reader.left()) + " bytes; the file is cut short");
    }
    storages[key->text] = reader.take(count * static_cast<uint64_t>(size->second));
  }
  return storages;
}

}  // namespace

bool is_legacy_checkpoint(Bytes file) {
  return file.size() >= kMagic.size() &&
         std::memcmp(file.data(), kMagic.data(), kMagic.size()) == 0;
}

CheckpointFile open_legacy_checkpoint(Bytes file) {
  const Pickle protocol = read_pickle(file, kMagic.size());
  if (as_integer(protocol.root) != kProtocol) {
    throw ConvertError("legacy checkpoint",
                       "expected protocol version 1001; save it again with "
                       "torch.save() of torch 1.6 or later");
  }
  const Pickle facts = read_pickle(file, protocol.end);
  CheckpointFile checkpoint;
  checkpoint.big_endian = as_integer(find(facts.root, "little_endian")) == 0;
  checkpoint.pickle = read_pickle(file, facts.end);
  const Pickle keys = read_pickle(file, checkpoint.pickle.end);
  checkpoint.storages = std::make_unique<LegacyStorages>(
      read_storages(ByteReader(file, keys.end), keys, checkpoint.pickle, checkpoint.big_endian));
  return checkpoint;
}

}  // namespace linnet::converter::torch
