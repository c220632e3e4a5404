#include "converter/frontend/torch/pickle_reader.h"

#include <bit>

#include "converter/frontend/torch/byte_reader.h"
#include "converter/frontend/torch/pickle_opcodes.h"
#include "converter/frontend/torch/pickle_stack.h"

namespace linnet::converter::torch {
namespace {

class PickleReader : private PickleStack {
 public:
  PickleReader(Bytes bytes, size_t begin) : reader_(bytes, begin) {
    none_ = create(PickleKind::none);
    false_ = create(PickleKind::boolean);
    true_ = create(PickleKind::boolean);
    true_->integer = 1;
    empty_tuple_ = create(PickleKind::tuple);
  }

  Pickle read() {
    for (;;) {
      opcode_at_ = reader_.position();
      const auto opcode = static_cast<uint8_t>(reader_.integer(1));
      if (opcode == kStop) break;
      if (!read_scalar(opcode) && !read_text(opcode) && !read_container(opcode) &&
          !read_items(opcode) && !read_call(opcode) && !read_stack(opcode)) {
        constexpr char kHex[] = "0123456789abcdef";
        fail(
            std::string("opcode 0x") + kHex[opcode >> 4] + kHex[opcode & 15] +
            " is not one that torch.save() writes; save the checkpoint again with torch.save() and "
            "its default pickle protocol");
      }
    }
    pickle_.root = pop();
    pickle_.end = reader_.position();
    return std::move(pickle_);
  }

 private:
  void push_integer(int64_t value) { push_new(PickleKind::integer)->integer = value; }

  // A two's complement number of any size, least significant byte first.
  void push_long(uint64_t size) {
    const std::string_view digits = reader_.text(size);
    if (digits.size() > 8) {
      push_new(PickleKind::big_integer)->text = digits;
      return;
    }
    uint64_t value = 0;
    for (size_t i = digits.size(); i-- > 0;) value = value << 8 | static_cast<uint8_t>(digits[i]);
    const size_t unused = 64 - 8 * digits.size();
    push_integer(unused == 64 ? 0 : static_cast<int64_t>(value << unused) >> unused);
  }

  void push_real() {
    const uint64_t bits = __builtin_bswap64(reader_.integer(8));
    push_new(PickleKind::real)->real = std::bit_cast<double>(bits);
  }

  void push_text(PickleKind kind, int length_bytes) {
    const std::string_view text = reader_.text(reader_.integer(length_bytes));
    push_new(kind)->text = text;
  }

  bool read_scalar(uint8_t opcode) {
    switch (opcode) {
      case kNone:
        push(none_);
        return true;
      case kNewTrue:
        push(true_);
        return true;
      case kNewFalse:
        push(false_);
        return true;
      case kBinInt:
        push_integer(static_cast<int32_t>(reader_.integer(4)));
        return true;
      case kBinInt1:
        push_integer(static_cast<int64_t>(reader_.integer(1)));
        return true;
      case kBinInt2:
        push_integer(static_cast<int64_t>(reader_.integer(2)));
        return true;
      case kLong1:
        push_long(reader_.integer(1));
        return true;
      case kLong4:
        push_long(reader_.integer(4));
        return true;
      case kBinFloat:
        push_real();
        return true;
      default:
        return false;
    }
  }

  bool read_text(uint8_t opcode) {
    switch (opcode) {
      case kShortBinString:
      case kShortBinUnicode:
        push_text(PickleKind::text, 1);
        return true;
      case kBinString:
      case kBinUnicode:
        push_text(PickleKind::text, 4);
        return true;
      case kBinUnicode8:
        push_text(PickleKind::text, 8);
        return true;
      case kShortBinBytes:
        push_text(PickleKind::bytes, 1);
        return true;
      case kBinBytes:
        push_text(PickleKind::bytes, 4);
        return true;
      case kBinBytes8:
      case kByteArray8:
        push_text(PickleKind::bytes, 8);
        return true;
      default:
        return false;
    }
  }

  void push_tuple(size_t count) {
    PickleValue* tuple = create(PickleKind::tuple);
    tuple->items.resize(count);
    while (count-- > 0) tuple->items[count] = pop();
    push(tuple);
  }

  void push_from_mark(PickleKind kind) {
    PickleValue* container = create(kind);
    pop_to_mark(&container->items);
    check_pairs(*container);
    push(container);
  }

  void check_pairs(const PickleValue& container) const {
    if (container.is(PickleKind::dict) && container.items.size() % 2 != 0) {
      fail("expected pairs of keys and values, found an odd number");
    }
  }

  bool read_container(uint8_t opcode) {
    switch (opcode) {
      case kEmptyTuple:
        push(empty_tuple_);
        return true;
      case kEmptyList:
        push_new(PickleKind::list);
        return true;
      case kEmptyDict:
        push_new(PickleKind::dict);
        return true;
      case kEmptySet:
        push_new(PickleKind::set);
        return true;
      case kTuple1:
      case kTuple2:
      case kTuple3:
        push_tuple(static_cast<size_t>(opcode - kTuple1) + 1);
        return true;
      case kTuple:
        push_from_mark(PickleKind::tuple);
        return true;
      case kList:
        push_from_mark(PickleKind::list);
        return true;
      case kDict:
        push_from_mark(PickleKind::dict);
        return true;
      case kFrozenSet:
        push_from_mark(PickleKind::set);
        return true;
      default:
        return false;
    }
  }

  // The value on top, which must be of the kind, or an object of a class that behaves like it.
  PickleValue* target(PickleKind kind) const {
    PickleValue* value = top();
    if (!value->is(kind) && !value->is(PickleKind::object)) {
      fail(std::string("expected a ") + pickle_kind_name(kind) + " to add to, found " +
           pickle_kind_name(value->kind));
    }
    return value;
  }

  void add_from_mark(PickleKind kind) {
    std::vector<const PickleValue*> added;
    pop_to_mark(&added);
    if (kind == PickleKind::dict && added.size() % 2 != 0) {
      fail("expected pairs of keys and values, found an odd number");
    }
    PickleValue* container = target(kind);
    container->items.insert(container->items.end(), added.begin(), added.end());
  }

  bool read_items(uint8_t opcode) {
    switch (opcode) {
      case kAppend: {
        const PickleValue* item = pop();
        target(PickleKind::list)->items.push_back(item);
        return true;
      }
      case kSetItem: {
        const PickleValue* value = pop();
        const PickleValue* key = pop();
        PickleValue* dict = target(PickleKind::dict);
        dict->items.push_back(key);
        dict->items.push_back(value);
        return true;
      }
      case kAppends:
        add_from_mark(PickleKind::list);
        return true;
      case kSetItems:
        add_from_mark(PickleKind::dict);
        return true;
      case kAddItems:
        add_from_mark(PickleKind::set);
        return true;
      default:
        return false;
    }
  }

  std::string_view line() {
    std::string_view rest = reader_.text(reader_.left());
    const size_t size = rest.find('\n');
    if (size == std::string_view::npos) fail("expected a line, found no end of it");
    const size_t begin = reader_.position() - rest.size();
    reader_.seek(begin + size + 1);
    return rest.substr(0, size);
  }

  void push_global(std::string_view module, std::string_view name) {
    PickleValue* global = push_new(PickleKind::global);
    global->module = module;
    global->text = name;
  }

  void push_stack_global() {
    const PickleValue* name = pop();
    const PickleValue* module = pop();
    if (!name->is(PickleKind::text) || !module->is(PickleKind::text)) {
      fail("expected the names of a module and of its global");
    }
    push_global(module->text, name->text);
  }

  // The record of a call. An OrderedDict becomes a dict, an object that copyreg rebuilds an object
  // of its class.
  void push_call(const PickleValue* callable, const PickleValue* arguments) {
    if (!arguments->is(PickleKind::tuple)) fail("expected a tuple of arguments");
    const bool global = callable->is(PickleKind::global);
    if (global && callable->module == "collections" && callable->text == "OrderedDict") {
      push_ordered_dict(*arguments);
      return;
    }
    if (global && callable->text == "_reconstructor" && !arguments->items.empty()) {
      callable = arguments->items[0];
      arguments = empty_tuple_;
    }
    PickleValue* object = push_new(PickleKind::object);
    object->callable = callable;
    object->arguments = arguments;
  }

  void push_ordered_dict(const PickleValue& arguments) {
    PickleValue* dict = push_new(PickleKind::dict);
    if (arguments.items.empty() || !arguments.items[0]->is_sequence()) return;
    // The same list may be named again and again: the copies together stay in proportion.
    copied_items_ += arguments.items[0]->items.size();
    if (copied_items_ > kMaxValues) fail("expected fewer items in OrderedDicts");
    for (const PickleValue* pair : arguments.items[0]->items) {  // Python 2: a list of pairs
      if (!pair->is_sequence() || pair->items.size() != 2) fail("expected pairs of an OrderedDict");
      dict->items.push_back(pair->items[0]);
      dict->items.push_back(pair->items[1]);
    }
  }

  bool read_call(uint8_t opcode) {
    switch (opcode) {
      case kGlobal: {
        const std::string_view module = line();
        push_global(module, line());
        return true;
      }
      case kStackGlobal:
        push_stack_global();
        return true;
      case kNewObjEx:
        pop();  // keyword arguments
        [[fallthrough]];
      case kReduce:
      case kNewObj: {
        const PickleValue* arguments = pop();
        push_call(pop(), arguments);
        return true;
      }
      case kBuild: {
        const PickleValue* state = pop();
        PickleValue* object = top();
        if (!object->is(PickleKind::object) && !object->is(PickleKind::dict)) {
          fail(std::string("expected an object to set attributes of, found ") +
               pickle_kind_name(object->kind));
        }
        object->state = state;
        return true;
      }
      case kBinPersId: {
        const PickleValue* id = pop();
        push_new(PickleKind::persistent)->arguments = id;
        return true;
      }
      default:
        return false;
    }
  }

  bool read_stack(uint8_t opcode) {
    switch (opcode) {
      case kProto: {
        const uint64_t protocol = reader_.integer(1);
        if (protocol > 5)
          fail("expected a pickle protocol up to 5, found " + std::to_string(protocol));
        return true;
      }
      case kFrame:
        reader_.take(8);
        return true;
      case kMark:
        push_mark();
        return true;
      case kPopMark: {
        std::vector<const PickleValue*> dropped;
        pop_to_mark(&dropped);
        return true;
      }
      case kPop:
        pop_value_or_mark();
        return true;
      case kDup:
        push(top());
        return true;
      case kBinPut:
        remember(reader_.integer(1));
        return true;
      case kLongBinPut:
        remember(reader_.integer(4));
        return true;
      case kMemoize:
        remember(memo_size());
        return true;
      case kBinGet:
        recall(reader_.integer(1));
        return true;
      case kLongBinGet:
        recall(reader_.integer(4));
        return true;
      default:
        return false;
    }
  }

  ByteReader reader_;
  size_t copied_items_ = 0;
  PickleValue *none_ = nullptr, *false_ = nullptr, *true_ = nullptr, *empty_tuple_ = nullptr;
};

}  // namespace

Pickle read_pickle(Bytes bytes, size_t begin) {
  return PickleReader(bytes, begin).read();
}

}  // namespace linnet::converter::torch
