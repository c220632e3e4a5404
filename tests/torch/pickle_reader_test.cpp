#include "converter/frontend/torch/pickle_reader.h"

#include "tests/support/torch/pickle_writer.h"
#include "tests/torch/expect_error.h"

namespace linnet::converter::torch {
namespace {

using test::torch::ByteVector;
using test::torch::PickleWriter;

std::string error_of_pickle(const ByteVector& bytes) {
  return error_of([&] { read_pickle(bytes); });
}

TEST(PickleReader, ReadsScalars) {
  const ByteVector bytes = PickleWriter(5)
                               .op('\x95', 99, 8)  // FRAME
                               .mark()
                               .integer(-5)
                               .op('K', 200, 1)
                               .op('M', 60000, 2)
                               .raw(std::string("\x8a\x02\xff\xff", 4))
                               .raw(std::string("\x8a\x00", 2))
                               .real(0.25)
                               .boolean(true)
                               .none()
                               .text("text")
                               .raw(std::string("C\x02zz", 4))
                               .tuple()
                               .finish();
  const Pickle pickle = read_pickle(bytes);
  EXPECT_EQ(pickle.end, bytes.size());
  const auto& items = pickle.root->items;
  ASSERT_EQ(items.size(), 10u);
  const int64_t integers[] = {-5, 200, 60000, -1, 0};
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ(as_integer(items[i]), integers[i]) << i;
  EXPECT_EQ(as_number(items[5]), 0.25);
  EXPECT_EQ(as_integer(items[6]), 1);
  EXPECT_TRUE(items[7]->is(PickleKind::none));
  EXPECT_EQ(items[8]->text, "text");
  EXPECT_TRUE(items[9]->is(PickleKind::bytes));
}

TEST(PickleReader, ReadsContainersAndMemo) {
  const ByteVector bytes = PickleWriter()
                               .op('}')
                               .op('q', 7, 1)
                               .mark()
                               .text("list")
                               .op(']')
                               .mark()
                               .integer(1)
                               .integer(2)
                               .op('e')
                               .integer(3)
                               .op('a')
                               .text("self")
                               .op('h', 7, 1)
                               .op('u')
                               .text("more")
                               .op('\x8f')
                               .op('s')
                               .finish();
  const Pickle pickle = read_pickle(bytes);
  const PickleValue* list = find(pickle.root, "list");
  EXPECT_EQ(as_integers(list), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(find(pickle.root, "self"), pickle.root);  // a cycle is no harm
  EXPECT_TRUE(find(pickle.root, "more")->is(PickleKind::set));
  EXPECT_EQ(find(pickle.root, "absent"), nullptr);
}

TEST(PickleReader, KeepsCallsAsRecords) {
  const ByteVector bytes = PickleWriter(4)
                               .global("os", "system")
                               .mark()
                               .text("echo")
                               .tuple()
                               .op('R')
                               .text("state")
                               .op('b')
                               .finish();
  const Pickle pickle = read_pickle(bytes);
  EXPECT_TRUE(pickle.root->is(PickleKind::object));
  EXPECT_EQ(global_path(pickle.root), "os.system");
  EXPECT_EQ(argument(pickle.root, 0)->text, "echo");
  EXPECT_EQ(pickle.root->state->text, "state");
}

TEST(PickleReader, ReadsOrderedDicts) {
  PickleWriter new_form;
  new_form.global("collections", "OrderedDict").op(')').op('R').mark().text("k").integer(4).op('u');
  const ByteVector bytes = new_form.finish();
  EXPECT_EQ(as_integer(find(read_pickle(bytes).root, "k")), 4);
  PickleWriter old_form;  // Python 2: a list of pairs as argument
  old_form.global("collections", "OrderedDict").op(']').mark().text("k").integer(4).tuple();
  const ByteVector old_bytes = old_form.op('a').op('\x85').op('R').finish();
  EXPECT_EQ(as_integer(find(read_pickle(old_bytes).root, "k")), 4);
}

TEST(PickleReader, DeepNestingCostsNoStack) {
  const ByteVector bytes = PickleWriter().op(')').raw(std::string(1'000'000, '\x85')).finish();
  EXPECT_TRUE(read_pickle(bytes).root->is(PickleKind::tuple));
}

TEST(PickleReader, RefusesWhatTorchDoesNotWrite) {
  expect_contains(error_of_pickle(PickleWriter().raw("I1\n").finish()), "opcode 0x49");
  expect_contains(error_of_pickle(PickleWriter().op('\x82', 1, 1).finish()), "opcode 0x82");
  expect_contains(error_of_pickle(PickleWriter(6).none().finish()), "protocol up to 5");
}

TEST(PickleReader, RefusesDamage) {
  expect_contains(error_of_pickle(PickleWriter().finish()), "expected a value on the stack");
  expect_contains(error_of_pickle(PickleWriter().none().op('t').finish()), "expected a mark");
  expect_contains(error_of_pickle(PickleWriter().op('h', 3, 1).finish()), "memo entry 3");
  expect_contains(error_of_pickle(PickleWriter().none().op('X', 0xFFFFFFFF, 4).finish()),
                  "expected 4294967295 more bytes");
  expect_contains(error_of_pickle(PickleWriter().none().op('\x8d', ~0ull, 8).finish()),
                  "more bytes");
  expect_contains(error_of_pickle(PickleWriter().none().none().op('a').finish()),
                  "expected a list to add to, found None");
  expect_contains(error_of_pickle(PickleWriter().op('}').mark().none().op('u').finish()), "pairs");
  expect_contains(error_of_pickle(PickleWriter().none().none().op('R').finish()), "arguments");
  expect_contains(error_of_pickle(PickleWriter().none().none().op('b').finish()), "attributes");
  expect_contains(error_of_pickle(PickleWriter().raw("cmodule").finish()), "end of it");
}

TEST(PickleReader, BoundsTheNumberOfValues) {
  const ByteVector bytes = PickleWriter().raw(std::string(3'000'000, ']')).finish();
  expect_contains(error_of_pickle(bytes), "at most 2000000 values");
  const ByteVector puts = PickleWriter().none().raw(std::string(3'000'000, '\x94')).finish();
  expect_contains(error_of_pickle(puts), "memo");
}

}  // namespace
}  // namespace linnet::converter::torch
