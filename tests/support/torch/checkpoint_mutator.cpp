#include "tests/support/torch/checkpoint_mutator.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace linnet::test::torch {
namespace {

constexpr std::string_view kOpcodes =
    "(.012JKMNQRTUXabcd}ehj]lqrst)uGBC\x80\x81\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91"
    "\x92\x93\x94\x95\x96\x97I";

constexpr std::ptrdiff_t offset(size_t i) {
  return static_cast<ptrdiff_t>(i);
}

uint64_t load(const ByteVector& bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

void store(ByteVector* bytes, size_t at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size && at + i < bytes->size(); ++i) {
    (*bytes)[at + i] = static_cast<uint8_t>(value >> (8 * i));
  }
}

// Bytes of an opcode's fixed argument; 0 for none.
size_t argument_bytes(uint8_t opcode) {
  constexpr std::string_view kOne = "KUCqh\x80\x8a\x8c", kFour = "JTXBrj\x8b",
                             kEight = "G\x8d\x8e\x95\x96";
  const char c = static_cast<char>(opcode);
  if (kOne.find(c) != std::string_view::npos) return 1;
  if (kFour.find(c) != std::string_view::npos) return 4;
  if (kEight.find(c) != std::string_view::npos) return 8;
  return opcode == 'M' ? 2 : 0;
}

// True if the argument is the length of a text that follows.
bool has_text(uint8_t opcode) {
  return std::string_view("UCTXB\x8a\x8b\x8c\x8d\x8e\x96").find(static_cast<char>(opcode)) !=
         std::string_view::npos;
}

// The offset after the opcode at `at`; 0 if it does not fit.
size_t next_opcode(const ByteVector& pickle, size_t at) {
  const uint8_t opcode = pickle[at];
  if (kOpcodes.find(static_cast<char>(opcode)) == std::string_view::npos) return 0;
  if (opcode == 'c') {
    const auto first = std::find(pickle.begin() + offset(at), pickle.end(), '\n');
    if (first == pickle.end()) return 0;
    const auto second = std::find(first + 1, pickle.end(), '\n');
    return second == pickle.end() ? 0 : static_cast<size_t>(second - pickle.begin()) + 1;
  }
  const size_t argument = argument_bytes(opcode);
  if (pickle.size() - at - 1 < argument) return 0;
  size_t next = at + 1 + argument;
  if (has_text(opcode)) {
    const uint64_t length = load(pickle, at + 1, argument);
    if (length > pickle.size() - next) return 0;
    next += static_cast<size_t>(length);
  }
  return next;
}

}  // namespace

std::vector<size_t> opcode_offsets(const ByteVector& pickle) {
  std::vector<size_t> offsets;
  size_t at = 0;
  while (at < pickle.size()) {
    const size_t next = next_opcode(pickle, at);
    if (next == 0) break;
    offsets.push_back(at);
    at = next;
  }
  return offsets;
}

uint64_t CheckpointMutator::boundary(size_t file_bytes) {
  const uint64_t values[] = {0,          1,
                             2,          3,
                             127,        128,
                             255,        256,
                             0x7FFF,     0xFFFF,
                             0x10000,    0x7FFFFFFF,
                             0x80000000, 0xFFFFFFFF,
                             0xFFFFFFFE, 1ull << 40,
                             ~0ull >> 1, ~0ull,
                             file_bytes, file_bytes - 1,
                             random_(),  random_() % 64};
  return values[below(std::size(values))];
}

void CheckpointMutator::insert_bomb(ByteVector* pickle, size_t at) {
  ByteVector bomb;
  const size_t count = size_t{1} << below(15);
  switch (below(7)) {
    case 0:
      bomb.assign(count, '(');
      break;
    case 1:
      bomb.assign(count, 0x85);
      break;
    case 2:
      bomb.assign(count, '2');
      break;
    case 3:
      bomb.assign(count, ']');
      break;
    case 4:
      bomb = {'r', 0xFF, 0xFF, 0xFF, 0xFF};
      break;
    case 5:
      bomb.assign(count, 0x94);
      break;
    default:
      bomb = {'N', '2', 'Q', '0'};
      break;
  }
  pickle->insert(pickle->begin() + offset(at), bomb.begin(), bomb.end());
}

void CheckpointMutator::mutate_argument(ByteVector* pickle, size_t begin, size_t end,
                                        uint8_t opcode) {
  const size_t argument = argument_bytes(opcode);
  if (argument > 0 && !has_text(opcode)) {
    store(pickle, begin + 1, boundary(pickle->size()), argument);
  } else if (below(4) == 0 && argument > 0) {
    store(pickle, begin + 1, boundary(pickle->size()), argument);
  } else if (end > begin + 1 + argument) {
    (*pickle)[begin + 1 + argument + below(end - begin - 1 - argument)] ^=
        static_cast<uint8_t>(1 << below(8));
  }
}

// `limit`: how far from the start it may change (legacy files go on with storages).
void CheckpointMutator::mutate_pickle(ByteVector* pickle, size_t limit) {
  std::vector<size_t> offsets = opcode_offsets(*pickle);
  while (!offsets.empty() && offsets.back() >= limit) offsets.pop_back();
  if (offsets.size() < 2) return;
  const size_t index = below(offsets.size() - 1);
  const size_t begin = offsets[index];
  const size_t end = offsets[index + 1];
  const size_t other = below(offsets.size() - 1);
  const ByteVector piece(
      pickle->begin() + offset(offsets[other]),
      pickle->begin() + offset(offsets[std::min(other + 1 + below(8), offsets.size() - 1)]));
  switch (below(7)) {
    case 0:
      (*pickle)[begin] = static_cast<uint8_t>(kOpcodes[below(kOpcodes.size())]);
      break;
    case 1:
      pickle->erase(pickle->begin() + offset(begin), pickle->begin() + offset(end));
      break;
    case 2:
      pickle->insert(pickle->begin() + offset(begin), piece.begin(), piece.end());
      break;
    case 3:  // one value in place of another, texts and globals above all
      pickle->erase(pickle->begin() + offset(begin), pickle->begin() + offset(end));
      pickle->insert(pickle->begin() + offset(begin), piece.begin(), piece.end());
      break;
    case 4:
      insert_bomb(pickle, begin);
      break;
    default:
      mutate_argument(pickle, begin, end, (*pickle)[begin]);
      break;
  }
}

void CheckpointMutator::mutate_entries(std::vector<ZipEntry>* entries) {
  ZipEntry& entry = (*entries)[below(entries->size())];
  switch (below(12)) {
    case 0:
      entry.data.resize(below(entry.data.size() + 1));
      break;
    case 1:
      entry.data.resize(entry.data.size() + below(100));
      break;
    case 2:
      std::swap(entry.name, (*entries)[below(entries->size())].name);
      break;
    case 3:
      if (!entry.data.empty())
        entry.data[below(entry.data.size())] ^= static_cast<uint8_t>(1 << below(8));
      break;
    default:
      for (ZipEntry& one : *entries) {
        if (one.name.ends_with("data.pkl")) mutate_pickle(&one.data, one.data.size());
      }
  }
}

// Fields of the records of the container, or of the end of the file.
void CheckpointMutator::mutate_container(ByteVector* file) {
  if (file->empty()) return;
  constexpr uint32_t kSignatures[] = {0x04034b50, 0x02014b50, 0x06054b50, 0x07064b50, 0x06064b50};
  std::vector<size_t> records;
  for (size_t i = 0; i + 4 <= file->size(); ++i) {
    const auto word = static_cast<uint32_t>(load(*file, i, 4));
    if (std::find(std::begin(kSignatures), std::end(kSignatures), word) != std::end(kSignatures)) {
      records.push_back(i);
    }
  }
  const size_t record = records.empty() ? below(file->size()) : records[below(records.size())];
  switch (below(5)) {
    case 0:
      (*file)[below(file->size())] ^= static_cast<uint8_t>(1 << below(8));
      break;
    case 1:
      file->resize(below(file->size() + 1));
      break;
    default:
      store(file, record + below(56), boundary(file->size()), size_t{1} << below(4));
  }
}

ByteVector CheckpointMutator::mutate(const ByteVector& original) {
  std::vector<ZipEntry> entries = read_zip_entries(original);
  ByteVector file = original;
  const size_t changes = 1 + below(4);
  if (entries.empty()) {
    constexpr size_t kPickles = size_t{1} << 20;
    for (size_t i = 0; i < changes; ++i) {
      below(8) == 0 ? mutate_container(&file) : mutate_pickle(&file, kPickles);
    }
    return file;
  }
  if (below(5) == 0) {
    for (size_t i = 0; i < changes; ++i) mutate_container(&file);
    return file;
  }
  for (size_t i = 0; i < changes; ++i) mutate_entries(&entries);
  ZipOptions options;
  options.zip64 = below(4) == 0;
  options.data_descriptors = below(2) == 0;
  return write_zip(entries, options);
}

}  // namespace linnet::test::torch
