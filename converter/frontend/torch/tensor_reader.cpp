#include "converter/frontend/torch/tensor_reader.h"

#include <bit>
#include <optional>

#include "converter/error.h"
#include "converter/frontend/torch/quote.h"
#include "converter/half.h"

namespace linnet::converter::torch {
namespace {

enum class Element : uint8_t { f16, bf16, f32, f64, i64, i32, i16, i8, u8 };

struct ElementName {
  std::string_view storage, dtype;  // torch.FloatStorage, torch.float32
  Element element;
  int bytes;
};
constexpr ElementName kElements[] = {
    {"HalfStorage", "float16", Element::f16, 2},  {"BFloat16Storage", "bfloat16", Element::bf16, 2},
    {"FloatStorage", "float32", Element::f32, 4}, {"DoubleStorage", "float64", Element::f64, 8},
    {"LongStorage", "int64", Element::i64, 8},    {"IntStorage", "int32", Element::i32, 4},
    {"ShortStorage", "int16", Element::i16, 2},   {"CharStorage", "int8", Element::i8, 1},
    {"ByteStorage", "uint8", Element::u8, 1},     {"BoolStorage", "bool", Element::u8, 1},
    {"UntypedStorage", "", Element::u8, 1},
};

const ElementName* find_storage(std::string_view name) {
  for (const ElementName& element : kElements) {
    if (element.storage == name) return &element;
  }
  return nullptr;
}

const ElementName* find_dtype(std::string_view name) {
  for (const ElementName& element : kElements) {
    if (!element.dtype.empty() && element.dtype == name) return &element;
  }
  return nullptr;
}

float to_float(Element element, uint64_t bits) {
  switch (element) {
    case Element::f16:
      return half_to_float(static_cast<uint16_t>(bits));
    case Element::bf16:
      return bfloat16_to_float(static_cast<uint16_t>(bits));
    case Element::f32:
      return std::bit_cast<float>(static_cast<uint32_t>(bits));
    case Element::f64:
      return static_cast<float>(std::bit_cast<double>(bits));
    case Element::i64:
      return static_cast<float>(static_cast<int64_t>(bits));
    case Element::i32:
      return static_cast<float>(static_cast<int32_t>(bits));
    case Element::i16:
      return static_cast<float>(static_cast<int16_t>(bits));
    case Element::i8:
      return static_cast<float>(static_cast<int8_t>(bits));
    case Element::u8:
      return static_cast<float>(bits);
  }
  return 0;
}

// The record of _rebuild_tensor*() inside parameters and tensors with attributes.
const PickleValue* unwrap(const PickleValue* value) {
  constexpr int kMaxWrappers = 4;
  for (int i = 0; i < kMaxWrappers; ++i) {
    const std::string_view name = global_name(value);
    if (value == nullptr || !value->is(PickleKind::object)) return nullptr;
    if (name.substr(0, 15) == "_rebuild_tensor") return value;
    const bool parameter = name.substr(0, 18) == "_rebuild_parameter" || name == "Parameter";
    if (!parameter) return nullptr;
    value = argument(value, 0);
  }
  return nullptr;
}

// What a tensor's record says, before its storage is looked up.
struct Record {
  const PickleValue* storage_id = nullptr;  // ('storage', class, key, location, elements, [view])
  const PickleValue* dtype = nullptr;       // of _rebuild_tensor_v3
  int64_t offset = 0;
  std::vector<int64_t> shape, strides;
};

std::optional<Record> parse_record(const PickleValue* value) {
  // torch._tensor._rebuild_from_type_v2(function, type, arguments, state)
  const bool typed = global_name(value) == "_rebuild_from_type_v2";
  const PickleValue* call = typed ? nullptr : unwrap(value);
  const PickleValue* arguments = typed ? argument(value, 2) : call ? call->arguments : nullptr;
  const std::string_view function = typed ? global_name(argument(value, 0)) : global_name(call);
  if (arguments == nullptr || !arguments->is_sequence() || arguments->items.size() < 4 ||
      function.substr(0, 15) != "_rebuild_tensor") {
    return std::nullopt;
  }
  const auto& items = arguments->items;
  const std::optional<int64_t> offset = as_integer(items[1]);
  std::optional<std::vector<int64_t>> shape = as_integers(items[2]);
  std::optional<std::vector<int64_t>> strides = as_integers(items[3]);
  const bool ok = items[0]->is(PickleKind::persistent) && offset && shape && strides;
  if (!ok) return std::nullopt;
  const bool v3 = function == "_rebuild_tensor_v3" && items.size() > 6;
  return Record{items[0]->arguments, v3 ? items[6] : nullptr, *offset, *shape, *strides};
}

// A contiguous piece of a storage, as bytes.
struct Piece {
  Bytes bytes;
  const ElementName* element = nullptr;
};

Piece resolve(const Record& record, const StorageSource& source, const std::string& where) {
  const PickleValue* id = record.storage_id;
  const bool ok = id != nullptr && id->is_sequence() && id->items.size() >= 5 &&
                  id->items[0]->is(PickleKind::text) && id->items[0]->text == "storage" &&
                  id->items[2]->is(PickleKind::text);
  if (!ok) throw ConvertError(where, "expected a storage id that torch.save() writes");
  Piece piece;
  const std::string_view storage_class = global_name(id->items[1]);
  piece.element =
      record.dtype != nullptr ? find_dtype(global_name(record.dtype)) : find_storage(storage_class);
  if (piece.element == nullptr) {
    throw ConvertError(where, "elements of " + quote(storage_class) +
                                  " are not supported; expected float16, bfloat16, float32, "
                                  "float64 or integers");
  }
  piece.bytes = source.storage(id->items[2]->text);
  const PickleValue* view = id->items.size() > 5 ? id->items[5] : nullptr;
  if (view == nullptr || view->is(PickleKind::none)) return piece;
  // Legacy files: (key, offset, elements), a view of the storage.
  const std::optional<int64_t> offset =
      view->is_sequence() && view->items.size() == 3 ? as_integer(view->items[1]) : std::nullopt;
  const auto bytes = static_cast<int64_t>(piece.bytes.size());
  if (!offset || *offset < 0 || *offset > bytes / piece.element->bytes) {
    throw ConvertError(where, "expected a view inside its storage");
  }
  piece.bytes = piece.bytes.subspan(static_cast<size_t>(*offset * piece.element->bytes));
  return piece;
}

// Element count of the shape; checks that the farthest element lies inside the storage. Shapes and
// strides are below 2^31 each, at most 8 of them, so that nothing overflows.
uint64_t check_extent(const Record& record, const Piece& piece, const std::string& where) {
  constexpr int64_t kMax = int64_t{1} << 31;
  constexpr size_t kMaxDimensions = 8;
  bool ok = record.shape.size() == record.strides.size() && record.shape.size() <= kMaxDimensions &&
            record.offset >= 0 && record.offset < (int64_t{1} << 48);
  uint64_t count = 1;
  uint64_t last = 0;
  for (size_t i = 0; ok && i < record.shape.size(); ++i) {
    const int64_t size = record.shape[i];
    const int64_t stride = record.strides[i];
    ok = size >= 1 && size < kMax && stride >= 0 && stride < kMax;
    if (!ok) break;
    count *= static_cast<uint64_t>(size);
    last += static_cast<uint64_t>((size - 1) * stride);
    ok = count < static_cast<uint64_t>(kMax) && last < (uint64_t{1} << 62);
  }
  if (!ok)
    throw ConvertError(where, "expected a tensor of 1 to 2^31 elements with positive strides");
  const uint64_t stored = piece.bytes.size() / static_cast<uint64_t>(piece.element->bytes);
  if (static_cast<uint64_t>(record.offset) + last >= stored) {
    throw ConvertError(where, "expected a storage of more than " +
                                  std::to_string(static_cast<uint64_t>(record.offset) + last) +
                                  " elements, found " + std::to_string(stored) +
                                  "; the file is damaged");
  }
  return count;
}

uint64_t load(const uint8_t* bytes, int count, bool big_endian) {
  uint64_t bits = 0;
  for (int i = 0; i < count; ++i) bits = bits << 8 | bytes[big_endian ? i : count - 1 - i];
  return bits;
}

std::vector<float> gather(const Record& record, const Piece& piece, uint64_t count,
                          bool big_endian) {
  std::vector<float> values;
  values.reserve(static_cast<size_t>(count));
  std::vector<int64_t> index(record.shape.size(), 0);
  int64_t at = record.offset;
  for (uint64_t n = 0; n < count; ++n) {
    const uint8_t* bytes = piece.bytes.data() + at * piece.element->bytes;
    values.push_back(
        to_float(piece.element->element, load(bytes, piece.element->bytes, big_endian)));
    for (size_t d = index.size(); d-- > 0;) {
      at += record.strides[d];
      if (++index[d] < record.shape[d]) break;
      at -= record.shape[d] * record.strides[d];
      index[d] = 0;
    }
  }
  return values;
}

}  // namespace

int storage_element_bytes(std::string_view storage_class) {
  const ElementName* element = find_storage(storage_class);
  return element == nullptr ? 0 : element->bytes;
}

bool is_tensor(const PickleValue* value) {
  return parse_record(value).has_value();
}

Tensor TensorReader::read(const PickleValue* value, const std::string& where) {
  const std::optional<Record> record = parse_record(value);
  if (!record) {
    throw ConvertError(
        where, "expected a tensor, found " + (value == nullptr ? std::string("nothing")
                                              : value->is(PickleKind::object)
                                                  ? "an object of " + quote(global_path(value))
                                                  : std::string(pickle_kind_name(value->kind))));
  }
  const Piece piece = resolve(*record, *source_, where);
  const uint64_t count = check_extent(*record, piece, where);
  if (count > elements_left_) {
    throw ConvertError(where, "the tensors are larger than the file that stores them");
  }
  elements_left_ -= count;
  return {record->shape, gather(*record, piece, count, big_endian_)};
}

}  // namespace linnet::converter::torch
