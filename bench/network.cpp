#include "bench/network.h"

#include <cstring>
#include <span>
#include <stdexcept>

#include "bench/random_weights.h"
#include "bench/topologies/topologies.h"
#include "host/arena_session.h"
#include "model/crc32.h"
#include "model/model_view.h"

namespace linnet::bench {
namespace {

// The file that the topology is the beginning of.
std::shared_ptr<host::AlignedFile> complete(const Topology& topology) {
  format::Header header;
  std::memcpy(&header, topology.begin, sizeof header);
  std::vector<uint8_t> bytes(topology.begin, topology.begin + topology.size);
  bytes.resize(header.file_bytes);
  auto file = std::make_shared<host::AlignedFile>(std::move(bytes));
  const ModelView model(file->data());
  fill_with_random_weights(model, 1);
  auto* in_place = reinterpret_cast<format::Header*>(file->data());
  in_place->crc32 = 0;
  in_place->crc32 = crc32(0, file->data(), file->size());
  return file;
}

// The type is said apart.
std::string without_type(const std::string& name) {
  return name.substr(0, name.find("-int8"));
}

}  // namespace

Network::Network(std::string name, const std::string& origin,
                 std::shared_ptr<host::AlignedFile> file)
    : name_(std::move(name)), file_(std::move(file)) {
  if (linnet_model_verify(file_->data(), file_->size(), &model_) != LINNET_OK) {
    host::fail(origin, model_.error);
  }
  (void)linnet_model_get_info(&model_, &info_);
}

Network Network::from_file(const std::string& path) {
  return Network(host::file_stem(path), path, std::make_shared<host::AlignedFile>(path));
}

Network Network::builtin(const std::string& name) {
  for (const Topology& topology : topologies()) {
    if (name == topology.name) return Network(without_type(name), name, complete(topology));
  }
  throw std::runtime_error("no built-in network '" + name + "'");
}

std::vector<std::string> Network::builtin_names() {
  std::vector<std::string> names;
  for (const Topology& topology : topologies()) names.emplace_back(topology.name);
  return names;
}

}  // namespace linnet::bench
